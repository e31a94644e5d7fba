/* Search on the search page. Pagefind keeps the posting lists; this script makes the tokens of a query (the same as
   generator/tokens.py makes of the documents), finds out what its words mean (generator/lexicon.py), asks for each of
   them, ranks, and draws the cards.
   Nothing is fetched before there is a query; text reaches the page as text nodes only. */
(function () {
  "use strict";

  // ── Tokens: the same as in generator/tokens.py; tests/vectors/tokens.json keeps both equal ──

  var LETTERS = "abcdefghijklmnopqrstuvwxyz";
  var RUN = /[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+|[a-z0-9]+(?:[./-][a-z0-9]+)*/gu;
  var LONGEST_FORM = 24;
  var FORM_FILES = 128;
  var MOST_TOKENS = 32;
  var MOST_WIDER = 6;
  var LONGEST_SLIP = 8;
  var MOST_FILES = 12;
  var ENOUGH = 10; // results below which wider concepts answer as well
  var RUN_CHARACTER = new RegExp(RUN.source, "u");
  var EVERY = "a";
  var PAGE = 10;
  var PAGES_AFTER = 3; // results that stand above pages on which nothing is yet
  var MOST_MENDED = 3; // words of a query in which slips are looked for: a long sentence has words that are none
  var FILL = 20; // results of a later stage that fill up the first page
  var MORE = 20;

  function fold(text) {
    return text.normalize("NFKC").toLowerCase();
  }

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

  function isLatin(run) {
    return /^[a-z0-9]/.test(run);
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

  // lex: what the files of names say, {f: forms, w: wider, n: labels, s: soft, t: traditional, p: sounds}
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
    return atoms;
  }

  // What was said, meaning any of these names.
  function named(text, names, lex) {
    var terms = unique(names.map(function (name) { return own(lex.f, name) ? lex.f[name] : []; }));
    var wider = unique(terms.map(function (key) { return lex.w[key] || []; })).filter(function (key) { return terms.indexOf(key) < 0; });
    var made = atom(text, terms, wider);
    made.soft = terms.length > 0 && terms.every(function (key) { return own(lex.s, key); });
    return made;
  }

  function unique(lists) {
    return Array.from(new Set([].concat.apply([], lists)));
  }

  function simplify(text, pairs) {
    return Array.from(text).map(function (char) { return own(pairs, char) ? pairs[char] : char; }).join("");
  }

  function bucket(key) {
    return (key.charCodeAt(0) * 31 + (key.length > 1 ? key.charCodeAt(1) : 0)) % FORM_FILES;
  }

  // The keys under which a name may be filed that sounds like a piece of a run, or differs from it in one character.
  function slips(run, lex) {
    var found = [];
    for (var size = run.length; size >= 2; size--) {
      for (var start = 0; start + size <= run.length; start++) {
        var piece = run.slice(start, start + size);
        var here = { start: start, size: size, sound: "", near: [] };
        if (piece.every(function (char) { return own(lex.p, char); })) here.sound = piece.map(function (char) { return lex.p[char]; }).join("");
        if (size > 2 || run.length === 2) {
          here.near.push(piece.join(""));
          piece.forEach(function (_, i) { here.near.push(piece.slice(0, i).concat("?", piece.slice(i + 1)).join("")); });
        }
        found.push(here);
      }
    }
    return found;
  }

  // Longest names first; question words fall out, and words that link only when they stand between two of these (和
  // in 油茶和水稻, not in 和平); what is left between stays whole.
  function cut(run, known, stop, links) {
    if (run.length === 1) return stop.has(run[0]) ? [] : run;
    var found = [];
    var gap = "";
    function close() {
      if (gap) found.push(gap);
      gap = "";
    }
    function name(at) {
      return longest(run, at, 2, known);
    }
    function idle(at) {
      var size = longest(run, at, 1, function (word) { return stop.has(word); });
      if (size || gap || at === 0 || !links.has(run[at])) return size;
      return name(at + 1) || idle(at + 1) ? 1 : 0;
    }
    for (var i = 0; i < run.length;) {
      var named = name(i);
      var skip = idle(i);
      if (named && named >= skip) {
        close();
        found.push(run.slice(i, i + named).join(""));
      } else if (skip) {
        close();
      } else {
        gap += run[i];
      }
      i += Math.max(named, skip, 1);
    }
    close();
    return found;
  }

  function longest(run, start, least, known) {
    for (var size = Math.min(LONGEST_FORM, run.length - start); size >= least; size--) {
      if (known(run.slice(start, start + size).join(""))) return size;
    }
    return 0;
  }

  // Every second pair of characters, and the last, hold the whole run; each pair saved is a file of 20 kB not fetched.
  function atom(text, terms, wider) {
    var words = [];
    (text.match(RUN) || []).forEach(function (run) {
      var codes = isLatin(run) ? latin(run) : grams(run);
      if (isLatin(run)) codes = codes.slice(codes.length > 1 ? 1 : 0);
      else codes = codes.filter(function (_, i) { return i % 2 === 0 || i === codes.length - 1; });
      words = words.concat(codes);
    });
    return {
      text: text,
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
    // what narrows down; a soft word (种植, 技术) only lifts those that have it, unless nothing else is asked
    var hard = live.filter(function (each) { return !each.soft; });
    if (!hard.length) hard = live;
    var stages = [["all", live.length + absent.length === atoms.length ? live : []],
      ["all", live.length + absent.length === atoms.length ? hard : []],
      ["concepts", hard.filter(function (each) { return each.named; })], ["concepts", hard]];
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
    stages.forEach(function (each) { if (results.length < PAGE) take(each[0], each[1], common(each[1])); });
    var sure = results.length;
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
    if (each.words.length) add(each.words, 1);
    var exact = new Set(full);
    if (wide) each.wider.forEach(function (token) { add([token], 0.3); });
    return {
      text: each.text, named: each.concepts.length > 0, soft: each.soft, full: full, partial: partial, exact: exact,
      rarity: Math.log(1 + size / (1 + (full.size || partial.size)))
    };
  }

  function common(scored) {
    var found = [];
    if (scored.length) scored[0].full.forEach(function (id) {
      if (scored.every(function (each) { return each.full.has(id); })) found.push(id);
    });
    return found;
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

  // ── The page ──

  var input = document.getElementById("q");
  var list = document.getElementById("results");
  var wordsAt = document.getElementById("search-words");
  if (!input || !list || !wordsAt) return;
  var form = input.form;
  var say = document.getElementById("say");
  var facetsAt = document.getElementById("facets");
  var words = JSON.parse(wordsAt.textContent);
  var stop = new Set(word("stop").split(" "));
  var links = new Set(word("links").split(" "));
  var base = new URL(".", document.baseURI).href;
  var files = new Map();
  var engine = null;
  var rows = null;
  var lists = new Map();
  var turn = 0;
  var chosen = {};
  var known = null; // the facets, once fetched
  var answer = null; // what was found
  var more = element("p", { "class": "row more" });
  var rest = element("div", { "class": "none" });
  var hints = element("div", { id: "hints" });
  list.parentNode.insertBefore(more, list.nextSibling);
  more.parentNode.insertBefore(rest, more.nextSibling);
  list.parentNode.insertBefore(hints, facetsAt || list);

  function word(key, params) {
    var text = words[key] || words["search." + key] || "";
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return params && name in params ? String(params[name]) : whole; });
  }

  function element(name, attributes, children) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) {
      made.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    });
    return made;
  }

  function clear(at) {
    while (at && at.firstChild) at.removeChild(at.firstChild);
  }

  function tell(text) {
    if (say) say.textContent = text;
  }

  // ── What is fetched ──

  function json(path) {
    if (!files.has(path)) {
      var got = fetch(base + path).then(function (answer) {
        if (!answer.ok) throw new Error(path + ": " + answer.status);
        return answer.json();
      });
      got.catch(function () { files.delete(path); });
      files.set(path, got);
    }
    return files.get(path);
  }

  function pagefind() {
    if (!engine) {
      engine = import(base + "pagefind/pagefind.js").then(function (module) {
        return module.createInstance({ noWorker: true });
      });
      engine.catch(function () { engine = null; });
    }
    return engine;
  }

  // A code stands in the index with the mark of its place behind it. Quoted, it is looked up as it is: unquoted,
  // Pagefind answers an unknown word with shorter ones that it knows. One character alone is also asked as the
  // beginning of the pairs that it opens (not kana and rare characters: an unknown a… would fall back to EVERY).
  function postings(token) {
    if (!lists.has(token)) {
      var marks = token[0] === "y" ? { s: 10, f: 2, x: 1, r: 0.5 } : { t: 5, x: 1 };
      var asked = Object.keys(marks).map(function (mark) { return ['"' + token + mark + '"', marks[mark]]; });
      if (/^[b-o]...$/.test(token)) asked.push([token, 1]);
      var got = pagefind().then(function (found) {
        return Promise.all(asked.map(function (each) { return found.search(each[0]); }));
      }).then(function (answers) {
        var hit = new Map();
        answers.forEach(function (answer, i) {
          numbers(answer).forEach(function (id) { hit.set(id, Math.max(asked[i][1], hit.get(id) || 0)); });
        });
        return hit;
      });
      got.catch(function () { lists.delete(token); });
      lists.set(token, got);
    }
    return lists.get(token);
  }

  function numbers(answer) {
    return answer.results.map(function (result) { return result.id.slice(result.id.lastIndexOf("_") + 1); });
  }

  function collect(codes, hits) {
    return Promise.all(codes.slice(0, MOST_TOKENS).map(function (code) {
      return postings(code).then(function (hit) { hits.set(code, hit); });
    })).then(function () { return hits; });
  }

  // A name of three characters or more that means one thing and finds something is not asked as a word as well: each
  // word costs a slow line a quarter of a second.
  function lookUp(atoms) {
    return collect(unique(atoms.map(function (each) { return each.concepts; })), new Map()).then(function (hits) {
      var left = atoms.filter(function (each) {
        return !(each.concepts.length === 1 && each.text.length > 2 && hits.get(each.concepts[0]).size);
      });
      return collect(unique(left.map(function (each) { return each.words; })), hits);
    });
  }

  // ── What the words of a query mean ──

  function namesFor(text) {
    var starts = new Set(Array.from(text).filter(function (char) { return RUN_CHARACTER.test(char); }).map(function (char) {
      return char.codePointAt(0) % FORM_FILES;
    }));
    return Promise.all(Array.from(starts).slice(0, MOST_TOKENS).map(function (number) {
      return json("search/forms/" + number + ".json");
    })).then(together);
  }

  function together(parts) {
    var all = { f: {}, w: {}, n: {}, s: {}, t: {}, p: {} };
    parts.forEach(function (part) {
      Object.keys(all).forEach(function (key) { Object.assign(all[key], part[key]); });
    });
    return all;
  }

  function filed(folder, key) {
    return json("search/" + folder + "/" + bucket(key) + ".json").then(function (found) { return own(found, key) ? found[key] : []; });
  }

  // The query in simple characters, cut into atoms; Latin letters that are no word are read as pinyin or initials.
  function understand(query) {
    var text = fold(query);
    return namesFor(text).then(function (lex) {
      var simple = simplify(text, lex.t);
      if (simple === text) return lex;
      text = simple;
      return namesFor(simple).then(function (more) { return together([lex, more]); });
    }).then(function (lex) {
      return spelled(text, lex);
    });
  }

  function spelled(text, lex) {
    var heard = atomsOf(text, lex, stop, links);
    var groups = [];
    heard.forEach(function (each, i) {
      if (each.terms.length || !/^[a-z]+$/.test(each.text)) return;
      var last = groups[groups.length - 1];
      if (last && last.end === i) { last.end = i + 1; last.text += each.text; last.said += " " + each.text; }
      else groups.push({ start: i, end: i + 1, text: each.text, said: each.text });
    });
    if (!groups.length) return { atoms: heard, lex: lex, read: [] };
    return Promise.all(groups.map(function (group) { return segments(group.text); })).then(function (found) {
      var names = unique([].concat.apply([], found));
      return namesFor(names.join("")).then(function (more) {
        lex = together([lex, more]);
        var read = [];
        for (var i = groups.length - 1; i >= 0; i--) {
          if (!found[i].length) continue;
          read.unshift({ said: groups[i].said, names: found[i] });
          var put = found[i].map(function (choice) { return named(choice[0], choice.slice(0, 1), lex); });
          heard.splice.apply(heard, [groups[i].start, groups[i].end - groups[i].start].concat(put));
        }
        return { atoms: heard, lex: lex, read: read };
      });
    });
  }

  // Names that are read like the letters, the longest first, one after the other; nothing when a letter is left over.
  function segments(letters) {
    if (letters.length < 2) return Promise.resolve([]);
    return json("search/pinyin/" + bucket(letters) + ".json").then(function (sounds) {
      for (var size = letters.length; size >= 2; size--) {
        if (!own(sounds, letters.slice(0, size))) continue;
        if (size === letters.length) return [sounds[letters]];
        if (size < 4) break; // initials stand alone
        return segments(letters.slice(size)).then(function (size, rest) {
          return rest.length ? [sounds[letters.slice(0, size)]].concat(rest) : [];
        }.bind(null, size));
      }
      return [];
    });
  }

  // Words that occur nowhere together may be slips: names that sound alike first, then names with one other character.
  function mended(asked, hits) {
    if (asked.atoms.length > MOST_MENDED) return Promise.resolve(asked);
    var lost = asked.atoms.filter(function (each) {
      return !each.terms.length && !isLatin(each.text) && Array.from(each.text).length >= 2 &&
        Array.from(each.text).length <= LONGEST_SLIP && !scoreAtom(each, hits, 1).full.size;
    });
    return lost.reduce(function (before, each) {
      return before.then(function (now) {
        return mendOne(each, now.lex).then(function (found) {
          if (!found) return now;
          return namesFor(found.text).then(function (more) {
            var lex = together([now.lex, more]);
            var atoms = [];
            now.atoms.forEach(function (other) {
              if (other !== each) atoms.push(other);
              else atoms = atoms.concat(rest(found.before), [named(found.names[0], found.names.slice(0, 1), lex)], rest(found.after));
            });
            return { atoms: atoms, lex: lex, read: now.read.concat([{ said: found.said, names: [found.names] }]) };
            function rest(text) {
              return text ? atomsOf(text, lex, stop, links) : [];
            }
          });
        });
      });
    }, Promise.resolve(asked));
  }

  function mendOne(each, lex) {
    var run = Array.from(each.text);
    var places = slips(run, lex);
    var wanted = [];
    places.forEach(function (place) {
      if (place.sound) wanted.push(["pinyin", place.sound, place]);
    });
    places.forEach(function (place) {
      place.near.forEach(function (key) { wanted.push(["typo", key, place]); });
    });
    var files = new Set();
    wanted = wanted.filter(function (each) {
      var file = each[0] + bucket(each[1]);
      if (files.size >= MOST_FILES && !files.has(file)) return false;
      files.add(file);
      return true;
    });
    return Promise.all(wanted.map(function (each) { return filed(each[0], each[1]); })).then(function (found) {
      var best = null;
      found.forEach(function (names, i) {
        var place = wanted[i][2];
        names = names.filter(function (name) { return wanted[i][0] === "typo" || Array.from(name).length === place.size; });
        if (!names.length || (best && best.size >= place.size)) return;
        best = {
          names: names, text: names.join(""), size: place.size,
          said: run.slice(place.start, place.start + place.size).join(""),
          before: run.slice(0, place.start).join(""), after: run.slice(place.start + place.size).join("")
        };
      });
      return best;
    });
  }

  // The facet rows of all documents, in the order of the documents' numbers: one word stands in each of them.
  function facetRows() {
    if (!rows) {
      rows = Promise.all([json("pagefind/facets.json"), pagefind().then(function (found) { return found.search('"' + EVERY + '"'); })])
        .then(function (got) {
          var ids = numbers(got[1]).sort();
          if (ids.length !== got[0].total) throw new Error("facets of another index");
          var at = new Map();
          ids.forEach(function (id, i) { at.set(id, i); });
          return { facets: got[0].facets, digits: got[0].digits, total: ids.length, at: at };
        });
      rows.catch(function () { rows = null; });
    }
    return rows;
  }

  function valuesOf(facet, id) {
    var row = facet.rows[known.at.get(id)];
    return Array.isArray(row) ? row : row ? [row] : [];
  }

  // ── The address: ?q=…&type=site&region=430000 ──

  function readAddress() {
    var asked = new URLSearchParams(location.search);
    var chosen = {};
    asked.forEach(function (value, name) { if (name !== "q") chosen[name] = value; });
    return { query: (asked.get("q") || "").trim(), chosen: chosen };
  }

  function address(query, chosen) {
    var asked = new URLSearchParams();
    asked.set("q", query);
    Object.keys(chosen).sort().forEach(function (name) { asked.set(name, chosen[name]); });
    return "?" + asked.toString();
  }

  // ── A search ──

  function go() {
    var here = readAddress();
    var mine = ++turn;
    chosen = here.chosen;
    input.value = here.query;
    if (!here.query) {
      reset();
      return Promise.resolve();
    }
    list.setAttribute("data-state", "busy");
    list.removeAttribute("data-total");
    tell(word("busy", { query: here.query }));
    return Promise.all([understand(here.query), facetRows()]).then(function (got) {
      known = got[1];
      return find(got[0]).then(function (found) {
        if (mine !== turn) return;
        answer = found;
        answer.query = here.query;
        order(answer.results);
        show();
      });
    }).catch(function (error) {
      if (mine !== turn) return;
      reset();
      list.setAttribute("data-state", "failed");
      tell(word("unavailable"));
      if (window.console) console.error(error);
    });
  }

  function find(asked) {
    return lookUp(asked.atoms).then(function (hits) {
      return mended(asked, hits).then(function (now) {
        return now === asked ? [now, hits] : lookUp(now.atoms).then(function (again) { return [now, again]; });
      });
    }).then(function (got) {
      var now = got[0];
      var hits = got[1];
      var found = rank(now.atoms, hits, known.total, false);
      var wider = unique(now.atoms.map(function (each) { return each.wider; }));
      var settled = found.stage === "all" && found.results.length >= ENOUGH;
      return (settled || !wider.length ? Promise.resolve(found) : collect(wider, hits).then(function () {
        return rank(now.atoms, hits, known.total, true);
      })).then(function (found) {
        found.atoms = now.atoms;
        found.lex = now.lex;
        found.read = now.read;
        found.pages = pagesOf(now.atoms, now.lex, hits);
        return found;
      });
    });
  }

  // Pages of places and crops that are named and have no records yet: they are not in the index.
  function pagesOf(atoms, lex, hits) {
    return unique(atoms.map(function (each) {
      return each.terms.filter(function (key, i) {
        var found = hits.get(each.concepts[i]);
        return own(lex.n, key) && !(found && Array.from(found.values()).some(function (weight) { return weight >= 10; }));
      });
    })).slice(0, PAGE);
  }

  function reset() {
    answer = null;
    [list, facetsAt, more, rest, hints].forEach(clear);
    list.setAttribute("data-state", "idle");
    list.removeAttribute("data-total");
    tell("");
  }

  // Equal scores: types in the order of the portal, newest first, then by number, which never changes by itself.
  function order(results) {
    var keys = ["type", "year"].map(function (name) {
      return known.facets.filter(function (facet) { return facet.name === name; })[0];
    });
    results.forEach(function (result) {
      result.keys = keys.map(function (facet) { return (facet && valuesOf(facet, result.id)[0]) || 9999; });
    });
    results.sort(function (a, b) {
      return a.level - b.level || (Math.abs(a.score - b.score) > 1e-9 ? b.score - a.score : 0) ||
        a.keys[0] - b.keys[0] || a.keys[1] - b.keys[1] || (a.id < b.id ? -1 : 1);
    });
  }

  function has(result, name, value) {
    var facet = known.facets.filter(function (each) { return each.name === name; })[0];
    return !facet || valuesOf(facet, result.id).some(function (n) { return facet.values[n - 1][0] === value; });
  }

  function narrowed(but) {
    var names = Object.keys(chosen).filter(function (name) { return name !== but; });
    return answer.results.filter(function (result) {
      return names.every(function (name) { return has(result, name, chosen[name]); });
    });
  }

  function show() {
    var results = narrowed("");
    clear(list);
    clear(rest);
    list.setAttribute("data-total", String(results.length));
    drawHints();
    drawFacets();
    tell(summary(results.length));
    if (!results.length && !answer.pages.length) drawEmpty();
    return drawCards(results, 0, PAGE);
  }

  function summary(total) {
    if (!answer.results.length && !answer.pages.length) return word("none", { query: answer.query });
    if (!total) return word("narrowed.none");
    var parts = [word(total < answer.results.length ? "narrowed" : "found", { n: total })];
    if (answer.missing.length) parts.push(word("wider", { words: answer.missing.join("”“") }));
    if (answer.stage === "some") parts.unshift(word("some"));
    if (answer.stage === "concepts") parts.unshift(word("concepts", { words: answer.words.join("”“") }));
    else if (answer.absent.length && answer.stage === "all") parts.unshift(word("absent", { words: answer.absent.join("”“") }));
    return parts.join(" ");
  }

  // ── What was understood ──
  // “按‘柠檬’找的”, and for a name of several things a choice between them.

  function drawHints() {
    clear(hints);
    var lines = answer.read.map(function (each) {
      var names = each.names.map(function (choice) { return choice[0]; }).join(" ");
      var line = [word("read", { said: each.said, names: names })];
      var others = each.names.length === 1 ? each.names[0].slice(1) : [];
      others.forEach(function (name) { line.push(" ", askFor(answer.query, each.said, name)); });
      return line;
    });
    answer.atoms.forEach(function (each) {
      var labelled = each.terms.filter(function (key) { return own(answer.lex.n, key); });
      if (labelled.length < 2) return;
      var line = [word("several", { word: each.text })];
      labelled.slice(0, PAGE).forEach(function (key) {
        line.push(" ", element("a", { href: key + ".html" }, [answer.lex.n[key]]));
      });
      lines.push(line);
    });
    if (!lines.length) return;
    hints.appendChild(element("div", { "class": "note" }, lines.map(function (line) { return element("p", {}, line); })));
  }

  function askFor(query, said, name) {
    var next = fold(query).indexOf(said) >= 0 ? fold(query).replace(said, name) : name;
    return element("a", { href: address(next, {}) }, [name]);
  }

  function pageCard(key) {
    var label = answer.lex.n[key].split(" ");
    var made = element("li", { "class": "card", "data-record": key });
    if (label.length > 1) made.appendChild(element("p", { "class": "at" }, [label.slice(0, -1).join(" ")]));
    made.appendChild(element("h3", {}, [element("a", { href: key + ".html" }, [element("span", {}, [label[label.length - 1]])])]));
    made.appendChild(element("p", {}, [word("holding.none")]));
    return made;
  }

  // ── Cards ──

  function drawCards(results, from, size) {
    var mine = turn;
    var page = results.slice(from, from + size);
    clear(more);
    return Promise.all(page.map(card)).then(function (cards) {
      if (mine !== turn) return;
      cards.forEach(function (each) { if (each) list.appendChild(each); });
      if (!from && !Object.keys(chosen).length) {
        var after = list.children[PAGES_AFTER] || null;
        answer.pages.forEach(function (key) { list.insertBefore(pageCard(key), after); });
      }
      var left = results.length - from - size;
      if (left > 0) {
        var button = element("button", { type: "button", "class": "btn two" }, [word("more", { n: Math.min(MORE, left) })]);
        button.addEventListener("click", function () {
          list.setAttribute("data-state", "busy");
          var next = list.children.length;
          drawCards(results, from + size, MORE).then(function () {
            var link = list.children[next] && list.children[next].querySelector("a");
            if (link) link.focus();
          });
        });
        more.appendChild(button);
      }
      list.setAttribute("data-state", "done");
    });
  }

  function card(result) {
    var file = result.id.slice(0, known.digits) || "all";
    return json("pagefind/cards/" + file + ".json").then(function (cards) {
      var found = cards[result.id];
      if (!found) return null;
      var tone = found[4] ? " k-" + found[4] : "";
      var made = element("li", { "class": "card" + tone, "data-record": found[0] });
      if (found[3]) made.appendChild(element("b", { "class": "seal", "aria-hidden": "true" }, [found[3]]));
      if (found[5]) made.appendChild(element("p", { "class": "at" }, marked(found[5])));
      made.appendChild(element("h3", {}, [element("a", { href: found[0] + ".html" }, [element("span", {}, marked(found[1]))])]));
      made.appendChild(element("p", { "class": "q" }, [found[2]]));
      found.slice(6).forEach(function (line) { made.appendChild(element("p", {}, marked(line))); });
      return made;
    });
  }

  // The words that were asked, marked in a text: pieces of text and <mark> elements.
  function marked(text) {
    var low = text.toLowerCase();
    if (low.length !== text.length) return [text];
    var pieces = [];
    var from = 0;
    var asked = answer.atoms.map(function (each) { return each.text; }).sort(function (a, b) { return b.length - a.length; });
    while (from < text.length) {
      var at = -1;
      var size = 0;
      asked.forEach(function (each) {
        var found = low.indexOf(each, from);
        if (found >= 0 && (at < 0 || found < at)) {
          at = found;
          size = each.length;
        }
      });
      if (at < 0) break;
      if (at > from) pieces.push(text.slice(from, at));
      pieces.push(element("mark", {}, [text.slice(at, at + size)]));
      from = at + size;
    }
    if (from < text.length) pieces.push(text.slice(from));
    return pieces;
  }

  // ── Facets ──

  function choose(name, value) {
    if (chosen[name] === value) delete chosen[name];
    else chosen[name] = value;
    history.replaceState(null, "", address(answer.query, chosen));
    turn += 1;
    list.setAttribute("data-state", "busy");
    show();
  }

  function chip(href, children, current, act) {
    var made = element("a", { href: href }, children);
    if (current) made.setAttribute("aria-current", "true");
    if (act) {
      made.addEventListener("click", function (event) {
        event.preventDefault();
        act();
      });
    }
    return made;
  }

  function drawFacets() {
    if (!facetsAt) return;
    var open = Array.from(facetsAt.querySelectorAll("details[open]")).map(function (each) { return each.getAttribute("data-facet"); });
    clear(facetsAt);
    if (!answer.results.length) return;
    drawChosen();
    var boxes = element("div", { "class": "facets" });
    known.facets.forEach(function (facet) {
      var counts = facet.values.map(function () { return 0; });
      narrowed(facet.name).forEach(function (result) {
        valuesOf(facet, result.id).forEach(function (n) { counts[n - 1] += 1; });
      });
      var shown = facet.values.map(function (value, i) { return [value, counts[i]]; }).filter(function (each) { return each[1]; });
      if (shown.length < 2 && !chosen[facet.name]) return;
      var chips = element("div", { "class": "chips" }, shown.map(function (each) {
        return facetChip(facet.name, each[0], each[1]);
      }));
      var box = element("details", { "data-facet": facet.name }, [element("summary", {}, [facet.title]), chips]);
      if (open.indexOf(facet.name) >= 0) box.open = true;
      boxes.appendChild(box);
    });
    if (boxes.firstChild) facetsAt.appendChild(boxes);
  }

  function facetChip(name, value, count) {
    var next = Object.assign({}, chosen);
    var current = chosen[name] === value[0];
    if (current) delete next[name];
    else next[name] = value[0];
    var made = chip(address(answer.query, next), [value[1], element("span", { "class": "n" }, [String(count)])], current, function () {
      choose(name, value[0]);
    });
    made.setAttribute("data-value", value[0]);
    return made;
  }

  function drawChosen() {
    var chips = [];
    known.facets.forEach(function (facet) {
      facet.values.forEach(function (value) {
        if (chosen[facet.name] !== value[0]) return;
        var next = Object.assign({}, chosen);
        delete next[facet.name];
        var made = chip(address(answer.query, next), [value[1], " ×"], true, function () { choose(facet.name, value[0]); });
        made.setAttribute("aria-label", word("remove", { label: value[1] }));
        chips.push(made);
      });
    });
    if (chips.length) facetsAt.appendChild(element("div", { "class": "chips chosen" }, chips));
  }

  // ── Nothing found: never a dead end ──

  function drawEmpty() {
    if (answer.results.length) return;
    rest.appendChild(element("div", { "class": "empty" }, [
      element("h2", {}, [word("none", { query: answer.query })]), element("p", {}, [word("none.say")])
    ]));
    var named = unique(answer.atoms.map(function (each) {
      return each.terms.map(function (key) { return key + "\n" + each.text; });
    })).map(function (pair) { return pair.split("\n"); });
    section("", named.map(function (pair) { return [pair[0] + ".html", pair[1]]; }));
    known.facets.forEach(function (facet) {
      var pages = facet.values.filter(function (value) { return value[2]; });
      section(words["none." + facet.name] || facet.title, pages.map(function (value) { return [value[2], value[1]]; }));
    });
    var submit = list.getAttribute("data-submit");
    if (!submit) return; // the portal takes nothing in, or the page says it already
    rest.appendChild(element("section", { "class": "sec rule" }, [
      element("h2", {}, [word("none.need")]),
      element("p", {}, [word("none.need.say")]),
      element("p", { "class": "row" }, [element("a", { "class": "btn", href: submit }, [word("none.need.link")])])
    ]));
  }

  function section(title, links) {
    if (!links.length) return;
    var made = element("section", { "class": "sec" }, title ? [element("h2", {}, [title])] : []);
    made.appendChild(element("div", { "class": "chips" }, links.map(function (link) { return chip(link[0], [link[1]]); })));
    rest.appendChild(made);
  }

  // ── Start ──

  if (form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var query = input.value.trim();
      if (!query) {
        turn += 1;
        reset();
        tell(word("ask"));
        input.focus();
        return;
      }
      history.pushState(null, "", address(query, {}));
      go();
    });
  }
  window.addEventListener("popstate", go);
  go();
})();
