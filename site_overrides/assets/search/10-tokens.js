/* Tokens, atoms and ranking: pure, the same in every browser. */

// ── Tokens: the same as in generator/tokens.py; tests/vectors/tokens.json keeps both equal ──

var LETTERS = "abcdefghijklmnopqrstuvwxyz";
var LONGEST_FORM = 24;
var SLIP_FILES = 1024; // files of slips and of bodies, as generator/hearing.py has them
var BODY_FILES = 256;
var SLIPPED = 3; // letters by which slips are filed
var SLIPPED_HANZI = 2; // characters
var MOST_TOKENS = 32;
var MOST_WIDER = 6;
var LONGEST_SLIP = 9;
var LONGEST_HEARD = 16; // characters of the longest stretch of a query that is compared by its sound
var MOST_ALIKE = 4; // readings of one half of such initials, and of initials alone
var MOST_MEANT = 2;
var MOST_LETTERS = 10; // initials of a place and a crop together
var ENOUGH = 10; // results below which wider concepts answer as well
var PAGE = 10;
var PAGES_AFTER = 3; // results that stand above pages on which nothing is yet
var MOST_MENDED = 3; // words of a query in which slips are looked for: a long sentence has words that are none
var FILL = 20; // results of a later stage that fill up the first page
var MORE = 20;
var LONGEST_WORD = 3; // characters of a run that is taken for one word though it is no name
var RARE = 0.01; // share of the documents that a pair of such a sentence may be in and still tell something
var VERBATIM = 3; // what the very words count beside what they mean
// how many of them, or how long: 二十头, 三亩多, 几年
var COUNTED = /^[0-9一二两三四五六七八九十百千万半多来几好]*[0-9一二两三四五六七八九十百千万半几][多来]?(?:[头只亩棵株箱窝尾羽匹]|公顷|[年天]|个月)多?$/;
// what is done with a crop rather stands before a name than begins one: 种|花生, not 种花|生
var DOING = /^[种养栽喂收卖买挖采摘打剪找做搞]$/;
var START = 0; // what a piece of a run is, or what stands before it
var GAP = 1;
var LINK = 2;
var NAME = 3;
var IDLE = 0;
var NUMBER = 4;

function character(char) {
  var number = char.codePointAt(0);
  return [17576, 676, 26, 1].map(function (unit) { return LETTERS[Math.floor(number / unit) % 26]; }).join("");
}

function plain(text) {
  return Array.from(text).map(function (char) {
    if (char >= "0" && char <= "9") return "z" + LETTERS[Number(char)];
    if (char === "z") return "zz";
    if (char === "-") return "zx";
    return char >= "a" && char <= "y" ? char : "zw" + character(char);
  }).join("");
}

function concept(key) {
  var slash = key.indexOf("/");
  return "y" + plain(key.slice(0, slash)) + "zy" + plain(key.slice(slash + 1));
}

function grams(run) {
  var codes = Array.from(run).map(character);
  return codes.length === 1 ? codes : codes.slice(1).map(function (code, i) { return codes[i] + code; });
}

function latin(run) {
  var parts = run.match(/[a-z]+|[0-9]+/g);
  var found = ["x" + plain(parts.join(""))];
  return parts.length > 1 ? found.concat(parts.map(function (part) { return "x" + plain(part); })) : found;
}

function tokens(text) {
  var found = [];
  (fold(text).match(RUN) || []).forEach(function (run) {
    found = found.concat(isLatin(run) ? latin(run) : grams(run));
  });
  return found;
}

// ── From a query to atoms ──
// An atom is one thing that is asked: {text, terms, concepts, wider, words}. A document has it when it has one of the
// concepts or all of the words: an ambiguous name means any of its terms, and a name that is also a common word is
// asked as a word too, so that it never hides anything. When that finds little, a wider concept answers as well.

function own(object, key) {
  return Object.prototype.hasOwnProperty.call(object, key);
}

// lex: what the files of names say, {f: forms, w: wider, n: labels, s: soft, t: traditional, p: sounds, k: what follows
// a character, h: the files, e: concepts without documents}
function atomsOf(query, lex, stop, links) {
  var runs = fold(query).match(RUN) || [];
  var atoms = [];
  function known(text) {
    return own(lex.f, text);
  }
  function add(text) {
    atoms.push(named(text, [text], lex));
  }
  function phrase(start) {
    for (var end = runs.length; end > start; end--) {
      if (runs.slice(start, end).every(isLatin) && known(runs.slice(start, end).join(" "))) return end - start;
    }
    return 0;
  }
  for (var i = 0; i < runs.length; i++) {
    if (!isLatin(runs[i])) {
      cut(Array.from(runs[i]), known, stop, links).forEach(add);
      continue;
    }
    var size = phrase(i);
    if (size) add(runs.slice(i, i + size).join(" "));
    else if (!stop.has(runs[i])) add(runs[i]);
    i += Math.max(size, 1) - 1;
  }
  if (!atoms.length) runs.forEach(function (run) { atoms.push(atom(run, [], [])); });
  // a single character that is left over (种 in 种灵芝) narrows nothing down
  atoms.forEach(function (each) {
    if (atoms.length > 1 && !each.terms.length && each.text.length === 1) each.soft = true;
  });
  return atoms;
}

// What was said, meaning any of these names.
function named(text, names, lex) {
  var terms = unique(names.map(function (name) { return own(lex.f, name) ? lex.f[name] : []; }));
  var wider = unique(terms.map(function (key) { return lex.w[key] || []; })).filter(function (key) { return terms.indexOf(key) < 0; });
  var made = atom(text, terms, wider);
  made.gone = gone(made.words, lex).concat(terms.filter(function (key) { return own(lex.e, key); }).map(concept));
  made.soft = terms.length > 0 && terms.every(function (key) { return own(lex.s, key); });
  return made;
}

function simplify(text, pairs) {
  return Array.from(text).map(function (char) { return own(pairs, char) ? pairs[char] : char; }).join("");
}

function slipFile(key) {
  return fileOf(Array.from(key).slice(0, isLatin(key) ? SLIPPED : SLIPPED_HANZI), SLIP_FILES);
}

// The codes of a word that stand in no document: lex.k says what follows a character, lex.h of which files this is known.
function gone(words, lex) {
  return words.filter(function (code) {
    if (!/^[a-o].{7}$/.test(code)) return false;
    var pair = [uncoded(code.slice(0, 4)), uncoded(code.slice(4))];
    return own(lex.h, fileOf(pair[0], FORM_FILES)) && !(own(lex.k, pair[0]) && lex.k[pair[0]].indexOf(pair[1]) >= 0);
  });
}

function uncoded(code) {
  return String.fromCodePoint(Array.from(code).reduce(function (number, letter) { return number * 26 + LETTERS.indexOf(letter); }, 0));
}

// How a name sounds to those who do not tell some sounds apart, as generator/hearing.py has it.
function blurred(letters) {
  return replaced(letters, [["zh", "z"], ["ch", "c"], ["sh", "s"], ["ang", "an"], ["eng", "en"], ["ing", "in"]]);
}

function replaced(letters, pairs) {
  return pairs.reduce(function (text, pair) { return text.split(pair[0]).join(pair[1]); }, letters);
}

// The cheapest way to cut: as much as can be in names, in as few pieces as can be; question words fall out, and words
// that link only when they stand between two of these (和 in 油茶和水稻, not in 和平); what is left between stays whole.
// A crop of one character is a name only where names, question words or the ends of the run stand around it, or where
// it is counted.
function cut(run, known, stop, links) {
  var best = new Map();
  function from(at, before) {
    if (at === run.length) return before === LINK ? null : { cost: 0, size: 0, next: null };
    var key = at * 5 + before;
    if (best.has(key)) return best.get(key);
    var found = null;
    function offer(kind, size, cost) {
      var next = from(at + size, kind);
      if (next && (!found || next.cost + cost < found.cost)) found = { cost: next.cost + cost, kind: kind, size: size, next: next };
    }
    for (var size = Math.min(LONGEST_FORM, run.length - at); size >= 1; size--) {
      var text = run.slice(at, at + size).join("");
      if (known(text)) offer(NAME, size, size > 1 || before === NUMBER ? 1 : 2.5);
      if (stop.has(text)) offer(IDLE, size, 0.5);
      else if (!known(text) && COUNTED.test(text)) offer(NUMBER, size, 0.5);
    }
    if (at > 0 && before !== GAP && links.has(run[at])) offer(LINK, 1, 0.6);
    if (before !== LINK) offer(GAP, 1, before === GAP ? 2 : DOING.test(run[at]) ? 2.8 : 3);
    best.set(key, found);
    return found;
  }
  if (run.length === 1) return stop.has(run[0]) ? [] : run;
  var found = [];
  var gap = "";
  var at = 0;
  for (var step = from(0, START); step && step.next; step = step.next) {
    var text = run.slice(at, at + step.size).join("");
    at += step.size;
    if (step.kind === GAP) gap += text;
    if (gap && (step.kind !== GAP || at === run.length)) found.push(gap);
    if (step.kind !== GAP) gap = "";
    if (step.kind === NAME) found.push(text);
  }
  return found;
}

// Every second pair of characters, and the last, hold the whole run; each pair saved is a file not fetched.
function atom(text, terms, wider) {
  var words = [];
  (text.match(RUN) || []).forEach(function (run) {
    var codes = isLatin(run) ? latin(run) : grams(run);
    if (isLatin(run)) codes = codes.slice(codes.length > 1 ? 1 : 0);
    else if (terms.length || run.length <= LONGEST_WORD) codes = codes.filter(function (_, i) { return i % 2 === 0 || i === codes.length - 1; });
    words = words.concat(codes);
  });
  return {
    text: text,
    gone: [],
    terms: terms,
    concepts: terms.map(concept),
    wider: wider.slice(0, MOST_WIDER).map(concept),
    words: words.filter(function (code, i) { return words.indexOf(code) === i; })
  };
}

// ── Ranking ──
// hits: token -> Map(document -> weight). First the documents that have every atom, then those that have every name,
// then any that have half of an atom; each stage by weight, the later ones only to fill the first page.

function rank(atoms, hits, size, wide) {
  var scored = atoms.map(function (each) { return scoreAtom(each, hits, size, wide); });
  var live = scored.filter(function (each) { return each.full.size; });
  var absent = texts(scored.filter(function (each) { return !each.partial.size; }));
  // what narrows down; a soft word (种植, 技术) only lifts those that have it, unless nothing else is asked: then the
  // rarest of them narrows down
  var hard = live.filter(function (each) { return !each.soft; });
  // in a long sentence most words that are no names say nothing
  var said = live.filter(function (each) { return each.named && each.text.length > 1; });
  if (atoms.length > MOST_MENDED && said.length) hard = hard.filter(function (each) { return each.named || /^[a-z0-9]/.test(each.text); });
  var vague = !hard.length;
  if (vague) hard = (said.length ? said : live).slice().sort(function (a, b) { return b.rarity - a.rarity; }).slice(0, 1);
  // beside half a sentence, only if it is rare as well
  if (hard.length && hard[0].soft && hard[0].full.size > PAGE && scored.some(function (each) { return each.telling.size; })) hard = [];
  var whole = live.length + absent.length === atoms.length;
  var names = hard.filter(function (each) { return each.named; });
  var stages = [["all", whole ? live : [], "exact"], ["all", whole ? hard : [], "exact"],
    ["concepts", names, "exact"], ["all", whole ? hard : [], "full"], ["concepts", names, "full"], ["concepts", hard, "full"]];
  // where nothing narrows down, what has all but one of the words stands before what has the rarest of them
  var most = atoms.length > MOST_MENDED ? said : live;
  if (vague && most.length > 2) stages.splice(1, 0, ["some", most, "most"]);
  var results = [];
  var seen = new Set();
  var stage = "";
  var words = [];
  function take(name, asked, found) {
    found = weigh(found, scored).filter(function (result) { return !seen.has(result.id); });
    if (!found.length) return;
    if (!stage) { stage = name; words = texts(asked); }
    if (results.length) found = found.sort(function (a, b) { return b.score - a.score; }).slice(0, FILL);
    var level = results.length; // never above an earlier stage
    found.forEach(function (result) {
      seen.add(result.id);
      result.level = level;
      results.push(result);
    });
  }
  stages.forEach(function (each) { if (results.length < PAGE) take(each[0], each[1], each[2] === "most" ? several(each[1], "exact", each[1].length - 1) : common(each[1], each[2])); });
  var sure = results.length;
  // of what fits in part, first what has most of what narrows down
  ["exact", "full"].forEach(function (how) {
    for (var met = hard.length - 1; met > 0 && results.length < PAGE; met--) take("some", [], several(hard, how, met));
  });
  if (results.length < PAGE) take("some", [], telling(scored));
  if (results.length < PAGE) take("some", [], half(scored));
  return {
    stage: stage || "some", words: words, absent: absent, results: results, sure: sure,
    missing: texts(scored.filter(function (each) {
      return each.full.size && !results.some(function (result) { return each.exact.has(result.id); });
    }))
  };
}

function texts(scored) {
  return scored.map(function (each) { return each.text; });
}

function scoreAtom(each, hits, size, wide) {
  var full = new Set();
  var partial = new Map(); // document -> [share of the words that it has, their mean weight, is it about it]
  function add(tokens, factor) {
    var seen = new Map();
    tokens.forEach(function (token) {
      (hits.get(token) || new Map()).forEach(function (weight, id) {
        var sum = seen.get(id) || [0, 0, 0];
        seen.set(id, [sum[0] + 1, sum[1] + weight, Math.max(sum[2], weight)]);
      });
    });
    seen.forEach(function (sum, id) {
      var share = sum[0] / tokens.length;
      var before = partial.get(id) || [0, 0, 0];
      var own = Math.max(sum[2], before[2]);
      var mean = factor * sum[1] / tokens.length;
      if (share === 1) full.add(id);
      partial.set(id, share > before[0] || (share === before[0] && mean > before[1]) ? [share, mean, own] : [before[0], before[1], own]);
    });
  }
  each.concepts.forEach(function (token, i) { add([token], 1 - 0.01 * i); });
  var meant = new Set(full);
  if (each.words.length) add(each.words, 1);
  var telling = new Set();
  if (!each.concepts.length && each.text.length > LONGEST_WORD) each.words.forEach(function (token) {
    var hit = hits.get(token) || new Map();
    if (hit.size <= size * RARE) hit.forEach(function (_, id) { telling.add(id); });
  });
  var exact = new Set(full);
  // who also has the very words stands before who only means it
  if (meant.size && each.words.length) exact.forEach(function (id) {
    if (each.words.every(function (token) { return (hits.get(token) || new Map()).has(id); })) {
      var hit = partial.get(id);
      partial.set(id, [hit[0], hit[1] + VERBATIM, hit[2]]);
    }
  });
  if (each.joint) (hits.get(each.joint) || new Map()).forEach(function (weight, id) {
    var hit = partial.get(id);
    if (hit) partial.set(id, [hit[0], hit[1] + weight, hit[2]]);
  });
  if (wide) each.wider.forEach(function (token) { add([token], 0.3); });
  return {
    text: each.text, named: each.concepts.length > 0, soft: each.soft, full: full, partial: partial, exact: exact, telling: telling,
    rarity: Math.log(1 + size / (1 + (full.size || partial.size)))
  };
}

function common(scored, how) {
  var found = [];
  if (scored.length) scored[0][how].forEach(function (id) {
    if (scored.every(function (each) { return each[how].has(id); })) found.push(id);
  });
  return found;
}

// What holds a rare pair of half a sentence.
function telling(scored) {
  return [].concat.apply([], scored.map(function (each) { return Array.from(each.telling); }));
}

function several(scored, how, least) {
  var met = new Map();
  scored.forEach(function (each) {
    each[how].forEach(function (id) { met.set(id, (met.get(id) || 0) + 1); });
  });
  return Array.from(met.keys()).filter(function (id) { return met.get(id) >= least; });
}

function half(scored) {
  var found = new Set();
  scored.forEach(function (each) {
    each.partial.forEach(function (hit, id) { if (hit[0] >= 0.5) found.add(id); });
  });
  return Array.from(found);
}

// A document that is only near what is asked (every weight below 1: the counties of 湖南) is no answer by itself.
function weigh(ids, scored) {
  return ids.map(function (id) {
    var score = 0;
    var own = 0;
    scored.forEach(function (each) {
      var hit = each.partial.get(id);
      if (!hit) return;
      own = Math.max(own, hit[2]);
      score += each.rarity * (1 + hit[1]) * (hit[0] === 1 ? 1 : hit[0] * 0.4);
    });
    return { id: id, score: score, own: own };
  }).filter(function (result) { return result.own >= 1; });
}

window.kezhuSearch = { fold: fold, tokens: tokens, concept: concept, atoms: atomsOf, rank: rank, simplify: simplify };
