/* What was meant by a word that is nowhere. */

// ── Slips ──
// A stretch of a query that is odd is compared with names: as it stands without two neighbours changed over or a
// character typed twice, by its sound, and by its characters less one. What costs least for the longest stretch wins.

var DOUBLED = 0.2; // what each slip costs, in characters that a stretch is shorter by half
var SOUNDED = 0.3;
var LOOKED = 0.25;
var BLURRED = 0.5;
var FAR = 0.6;
var FAR_MARK = "~"; // as generator/hearing.py has it
var SWAPPED = 0.5;
var EXTRA = 0.6;
var MISSED = 0.6;
var WRONG = 1;
var SHORT = 1.02; // one too many in a word of three, which is oftener a wrong one
var BOTH = 0.3; // and more where neither of two characters is right
var LIKE = 0.4; // what a wrong character costs less, if it looks just like the right one
var LOOKS = 0.7; // how much it must, where something else speaks against it
var TAKEN = 0.9; // and beside something that is certain: 羊娃子 is no 羊蜂子
var LEFT = 0.5; // what a single character costs that a name leaves over in an odd stretch
var BESIDE = 0.1;
var SURE = 0.6; // what a slip in a long sentence may cost, or one that leaves two characters
var MOST_TRIES = 3;
var MOST_OPENED = 16; // beginnings of sounds and of names less one that are looked up for one word
var MOST_OTHERS = 6; // that may have been meant as well

function mend(asked, hits) {
  var left = MOST_TRIES;
  function next(now) {
    var found = left-- > 0 ? oddities(now, hits && now === asked ? hits : null) : [];
    if (!found.length || found.length > MOST_MENDED) return Promise.resolve(now);
    return found.reduce(function (before, each) {
      return before.then(function (got) { return got || meantBy(each, now); });
    }, Promise.resolve(null)).then(function (best) {
      return best ? put(now, best.from, best.to, best.names, 1).then(next) : now;
    });
  }
  return bodied(asked, 0).then(next).then(function (now) {
    return now === asked ? bodied(now, 1) : now;
  }).then(function (now) { return hits && now === asked ? respelled(now, hits) : now; });
}

// The name that such a stretch, part of it, or it and its neighbours were meant to be: {from, to, names}.
function meantBy(stretch, asked) {
  var text = asked.text;
  var long = asked.atoms.length > MOST_MENDED;
  var alone = asked.atoms.every(function (each) {
    return each.soft || isSign(each, asked.lex) || stretch.chain.some(function (place) { return place.each === each && place.from < stretch.to && place.to > stretch.from; });
  });
  var opened = new Set();
  var wanted = [];
  var offers = [];
  windows(stretch).forEach(function (window) {
    var said = Array.from(text.slice(window.from, window.to));
    if (said.join("").length !== window.to - window.from) return; // planes beyond the first have no sounds here
    if (own(asked.lex.f, said.join("")) && said.length > 1) return;
    if (window.inner && said.length < 3 && !gone(grams(said.join("")), asked.lex).length) return;
    at(said, window);
  });
  return Promise.all(wanted.map(function (each) { return filed(each.folder, each.key); })).then(function (found) {
    found.forEach(function (names, i) {
      var each = wanted[i];
      var size = each.said.length;
      if (each.folder === "typo" && each.key.length < size) {
        seenAlike(names, each.said).forEach(function (one, i, all) {
          var others = all.slice(0, MOST_OTHERS).map(function (other) { return other.name; });
          if (!one.place || one.like > LOOKS) offer(each, [one.name].concat(others), WRONG - LIKE * one.like, one.like);
        });
        return;
      }
      if (each.folder === "pinyin") names = names.filter(function (name) { return name.length === size; });
      names = alikeFirst(names.filter(Boolean), each.said);
      names.forEach(function (name) {
        if (each.folder === "pinyin") offer(each, [name].concat(names), each.cost);
        // what a longer name begins with is a word of its own: 海鲜 is no 海鲜菇, and 越来越 is not 越来越瘦
        else if ((size > 2 && !long) || name.indexOf(each.key)) offer(each, [name].concat(names), name.length > size ? MISSED : LOOKED);
      });
    });
    return leading(offers.sort(function (a, b) { return b.worth - a.worth; }).slice(0, MOST_TRIES), 0);
  });

  // Of these the first that leads anywhere, or else the first.
  function leading(best, n) {
    return best[n] ? namesOf(best[n].names.slice(0, 1)).then(function (more) {
      var meant = own(more.f, best[n].names[0]) ? more.f[best[n].names[0]] : [];
      if (n + 1 < best.length && meant.every(function (key) { return own(more.e, key) && !own(more.w, key) && !own(more.n, key); })) return leading(best, n + 1);
      // beside something that is certain, a word of two characters is no slip of a county
      var county = meant.every(function (key) { return /^region\/.*[^0].?$/.test(key); });
      return !alone && best[n].to - best[n].from < 3 && county ? null : best[n];
    }) : Promise.resolve(best[0] || null);
  }
  function at(said, window) {
    var size = said.length;
    for (var i = 0; i < size; i++) {
      var less = said.slice(0, i).concat(said.slice(i + 1)).join("");
      if (i && said[i] === said[i - 1]) known(less, window, said, DOUBLED);
      else if (i && i + 1 < size && (size > 3 || (alone && !window.inner))) known(less, window, said, size > 3 ? EXTRA : SHORT);
      if (i && (size > 2 || (alone && !window.inner))) known(said.slice(0, i - 1).concat(said[i], said[i - 1], said.slice(i + 1)).join(""), window, said, SWAPPED);
    }
    var sound = said.map(function (char) { return own(asked.lex.p, char) ? asked.lex.p[char] : ""; });
    if (sound.every(Boolean)) {
      want("pinyin", sound.join(""), window, said, SOUNDED);
      if (blurred(sound.join("")) !== sound.join("")) want("pinyin", blurred(sound.join("")), window, said, BLURRED);
      if (size > 1) want("pinyin", far(sound.join("")), window, said, FAR);
    }
    if (size > LONGEST_SLIP) return;
    want("typo", said.join(""), window, said, MISSED);
    if (long) return;
    if (size > 2 || !window.inner) said.forEach(function (_, i) {
      want("typo", said.slice(0, i).concat(said.slice(i + 1)).join(""), window, said, WRONG);
    });
  }
  function known(name, window, said, cost) {
    if (own(asked.lex.f, name) && name.length > 1) offer({ from: window.from, to: window.to, inner: window.inner, said: said }, [name], cost);
  }
  function want(folder, key, window, said, cost) {
    var start = folder + key.slice(0, folder === "typo" ? SLIPPED : HEARD);
    if (opened.size >= (isLong(text) ? MOST_OPENED / 8 : long ? MOST_OPENED / 4 : MOST_OPENED) && !opened.has(start)) return;
    opened.add(start);
    wanted.push({ folder: folder, key: key, from: window.from, to: window.to, inner: window.inner, said: said, cost: cost });
  }
  // like: how much a wrong character looks like the right one, where that is what is wrong
  function offer(each, names, cost, like) {
    var size = each.said.length;
    var inside = Math.min(each.to, stretch.to) - Math.max(each.from, stretch.from);
    if (cost > SURE && long || cost >= MISSED && stretch.known) return;
    if (stretch.faint && cost > (alone ? BLURRED : SOUNDED) && !(like > LOOKS)) return;
    // of two characters one must be right, unless nothing else is asked, and beside something that is certain the other
    // must sound or look so
    if (size < 3 && names[0].length === size) {
      var both = unlike(names[0], each.said) > 1;
      if (both && (!alone || each.inner || stretch.faint || cost > BLURRED)) return;
      if (both && each.folder) cost += BOTH;
      if (!alone && cost > (long ? SOUNDED : FAR) && !(like > TAKEN)) return;
    }
    if (like < LOOKS && inside < 2 && size < SHORTEST_WORD) return;
    // what stands beside the stretch is understood as it is, and counts for little
    var worth = inside - 2 * cost + BESIDE * (size - inside) - (stretch.to - stretch.from - inside === 1 ? LEFT : 0);
    if (offers.some(function (other) { return other.names[0] === names[0] && other.worth >= worth; })) return;
    offers.push({ from: each.from, to: each.to, names: unique([names]), worth: worth });
  }
}

// The stretch itself, with neighbours, and parts of it, as they are likely: {from, to, inner}.
function windows(stretch) {
  var edges = unique([stretch.chain.map(function (place) { return place.from; }), stretch.chain.map(function (place) { return place.to; })]);
  var found = [];
  function add(from, to, inner) {
    if (to - from < 2 || to - from > LONGEST_HEARD) return;
    if (found.some(function (each) { return each.from === from && each.to === to; })) return;
    found.push({ from: from, to: to, inner: inner });
  }
  var before = edges.filter(function (edge) { return edge <= stretch.from; }).reverse();
  var after = edges.filter(function (edge) { return edge >= stretch.to; });
  add(stretch.from, stretch.to);
  if (after.length > 1) add(stretch.from, after[1]);
  if (before.length > 1) add(before[1], stretch.to);
  before.slice(0, 4).forEach(function (from) { after.slice(0, 4).forEach(function (to) { add(from, to); }); });
  for (var size = stretch.to - stretch.from - 1; size > 1; size--) {
    for (var from = stretch.from; from + size <= stretch.to; from++) add(from, from + size, true);
  }
  for (var more = 1; more < 4; more++) { // a name may have been cut in the middle
    if (before.length > 1 && before[0] - more > before[1] && loose(before[0] - 1)) add(stretch.from - more, stretch.to);
    if (after.length > 1 && after[0] + more < after[1] && loose(after[0])) add(stretch.from, stretch.to + more);
  }
  return found;
  function loose(at) {
    return stretch.chain.some(function (place) { return place.from <= at && at < place.to && (!place.each.terms.length || place.each.soft); });
  }
}

// How a name sounds to those who tell few sounds apart, under the mark by which it is filed.
function far(letters) {
  return FAR_MARK + replaced(blurred(letters), [
    ["n", "l"], ["r", "l"], ["lv", "li"], ["yu", "yi"], ["ju", "ji"], ["qu", "qi"], ["xu", "xi"], ["yia", "ya"], ["yie", "ye"],
    ["wu", "hu"], ["wei", "hui"], ["wel", "hul"], ["wo", "huo"], ["wa", "hua"],
    ["holg", "fel"], ["hua", "fa"], ["hui", "fei"], ["hul", "fel"], ["huo", "fo"], ["hu", "fu"]
  ]);
}

// How many characters of two words of one length differ.
function unlike(name, said) {
  return Array.from(name).filter(function (char, i) { return char !== said[i]; }).length;
}

// Names of the same length that differ in one character, those first whose character looks most like the one typed: names
// that stand behind an empty one are places. {name, place, like}
function seenAlike(names, said) {
  var places = names.indexOf("");
  var near = [];
  names.forEach(function (name, i) {
    if (name.length === said.length && unlike(name, said) === 1) near.push({ name: name, place: places >= 0 && i > places });
  });
  var glyphs = glyphsOf(said.concat(Array.from(near.map(function (one) { return one.name; }).join(""))));
  near.forEach(function (one) {
    var at = Array.from(one.name).findIndex(function (char, i) { return char !== said[i]; });
    one.like = likeness(glyphs.get(one.name[at]), glyphs.get(said[at]));
  });
  return near.map(function (one, i) { return [i, one]; }).sort(function (a, b) { return b[1].like - a[1].like || a[0] - b[0]; }).map(function (each) { return each[1]; });
}

// Of names that sound the same, those first that share most characters with what was typed.
function alikeFirst(names, said) {
  return names.map(function (name, i) { return [unlike(name, said), i, name]; }).sort(function (a, b) {
    return a[0] - b[0] || a[1] - b[1];
  }).map(function (each) { return each[2]; });
}

// ── What looks alike ──
// Whoever writes with a finger, or picks strokes, takes one character for another that looks like it. How much they do
// is seen in this phone's own letters, drawn small.

var DOTS = 16; // on a side
var UNLIKE = 0.65; // what any two characters have in common, and what those have that one takes for each other
var TWINS = 0.9;
var STRANGERS = ["一", "鱼"];
var drawn = new Map();

// The characters as dots; nothing where the phone has no letters for them, or does not show what it drew.
function glyphsOf(chars) {
  var missing = unique([chars, STRANGERS]).filter(function (char) { return !drawn.has(char); }).slice(0, 200);
  var pen = missing.length && element("canvas", { width: DOTS * missing.length, height: DOTS }).getContext("2d", { willReadFrequently: true });
  if (pen) {
    pen.font = DOTS - 1 + "px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    missing.forEach(function (char, i) { pen.fillText(char, DOTS * (i + 0.5), DOTS / 2); });
    var dots = pen.getImageData(0, 0, DOTS * missing.length, DOTS).data;
    missing.forEach(function (char, i) { drawn.set(char, blurredDots(dots, DOTS * i, DOTS * missing.length)); });
  }
  return correlation(drawn.get(STRANGERS[0]), drawn.get(STRANGERS[1])) > UNLIKE ? new Map() : drawn;
}

// How dark each dot of one character is with its neighbours, less what they are on average, so that all are one long.
function blurredDots(dots, from, width) {
  var found = [];
  for (var y = 0; y < DOTS; y++) {
    for (var x = 0; x < DOTS; x++) {
      var dark = 0;
      for (var up = Math.max(y - 1, 0); up <= Math.min(y + 1, DOTS - 1); up++) {
        for (var left = Math.max(x - 1, 0); left <= Math.min(x + 1, DOTS - 1); left++) dark += dots[(up * width + from + left) * 4 + 3];
      }
      found.push(dark);
    }
  }
  var mean = found.reduce(function (sum, dark) { return sum + dark; }, 0) / found.length;
  var length = Math.sqrt(found.reduce(function (sum, dark) { return sum + (dark - mean) * (dark - mean); }, 0));
  return found.map(function (dark) { return (dark - mean) / length; });
}

function correlation(one, other) {
  return one && other ? one.reduce(function (sum, dark, i) { return sum + dark * other[i]; }, 0) : 0;
}

// From 0 to 1.
function likeness(one, other) {
  return Math.min(Math.max(((correlation(one, other) || 0) - UNLIKE) / (TWINS - UNLIKE), 0), 1);
}

// The query with a name in the place of what stood there: it is cut anew, so that it means what the right spelling
// means. Where more than one of the names is meant (most), or it is long, what stands beside it stays as it was cut.
function put(asked, from, to, names, most) {
  var text = asked.text.slice(0, from) + names[0] + asked.text.slice(to);
  return namesOf(names.slice(0, most)).then(function (more) {
    var lex = together([asked.lex, more]);
    var atoms = most > 1 || isLong(text) ? [] : withHosts(atomsOf(text, lex, stop, links), lex);
    if (!atoms.some(function (each) { return each.text === names[0]; })) atoms = kept(lex);
    return { atoms: atoms, lex: lex, text: text, read: asked.read.concat([{ said: asked.text.slice(from, to), names: [names] }]) };
  });
  function kept(lex) {
    var done = false;
    var atoms = [];
    placed(asked).forEach(function (place) {
      if (place.to <= from || place.from >= to) { atoms.push(place.each); return; }
      if (place.from < from) atoms = atoms.concat(rest(asked.text.slice(place.from, from), lex));
      if (!done) atoms.push(named(names[0], names.slice(0, most), lex));
      done = true;
      if (place.to > to) atoms = atoms.concat(rest(asked.text.slice(to, place.to), lex));
    });
    return atoms;
  }
  function rest(text, lex) {
    return atomsOf(text, lex, stop, links);
  }
}

// Whether it is a sign, which says nothing of what it befalls.
function isSign(each, lex) {
  return each.terms.some(function (key) { return own(lex.c, key); });
}

// ── Latin words ──

// Such a word may be a word less, more or other by one letter, or have two changed over: slips in an English word and
// in what pinyin begins with are filed, names that begin as it does stand in one file.
function respelled(asked, hits) {
  var lost = unspelled(asked, hits);
  if (!lost.length || lost.length > MOST_MENDED) return Promise.resolve(asked);
  return Promise.all(lost.map(function (each) { return spelledLike(each.text); })).then(function (found) {
    if (!found.some(function (words) { return words.length; })) return asked;
    var text = asked.text;
    lost.forEach(function (each, i) { if (found[i].length) text = text.replace(each.text, found[i][0]); });
    return understand(text).then(function (now) {
      now.read = lost.map(function (each, i) {
        var heard = now.read.filter(function (one) { return one.said === found[i][0]; })[0];
        return found[i].length && { said: each.text, names: heard ? heard.names : [found[i]] };
      }).filter(Boolean);
      return now;
    });
  });
}

// The words that one was meant to be, the likeliest first.
function spelledLike(said) {
  var letters = Array.from(said);
  var keys = unique([[said], letters.map(function (_, i) { return letters.slice(0, i).concat(letters.slice(i + 1)).join(""); })]);
  return Promise.all(keys.map(function (key) { return filed("typo", key); }).concat(json(fileFor("pinyin", said)))).then(function (found) {
    var sounds = found.pop();
    var begun = Object.keys(sounds).filter(function (key) { return /^[a-z]/.test(key) && sounds[key][0].length < key.length / 2; });
    var near = unique([unique(found).filter(isLatin), begun]).filter(function (word) { return word.length >= SHORTEST_WORD && oneSlip(said, word); });
    return near.map(function (word, i) { return [farOff(said, word), i, word]; }).sort(function (a, b) {
      return a[0] - b[0] || a[1] - b[1];
    }).map(function (each) { return each[2]; });
  }).then(function (near) {
    return near.length || !letters.every(isLatin) ? near.slice(0, MOST_OTHERS) : filed("pinyin", far(said));
  });
}

// What kind of slip it was, the likeliest first: two letters changed over, one left out, the key beside the right one.
var KEYBOARD = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

function farOff(said, word) {
  if (said.length !== word.length) return said.length < word.length ? 1 : 3;
  if (Array.from(said).sort().join("") === Array.from(word).sort().join("")) return 0;
  var at = Array.from(said).findIndex(function (letter, i) { return letter !== word[i]; });
  return KEYBOARD.some(function (row) { return Math.abs((row.indexOf(said[at]) + 1 || 99) - (row.indexOf(word[at]) + 1 || -99)) === 1; }) ? 2 : 4;
}

// Whether two words are the same but for one letter more, less or other, or two neighbours changed over.
function oneSlip(one, other) {
  var size = Math.max(one.length, other.length);
  var start = 0;
  while (start < size && one[start] === other[start]) start++;
  var end = 0;
  while (end < Math.min(one.length, other.length) - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  var a = one.slice(start, one.length - end);
  var b = other.slice(start, other.length - end);
  return (a.length < 2 && b.length < 2) || (a.length === 2 && b === a[1] + a[0]);
}

// ── Bodies ──
// What a body is called in short is its name with characters left out, or with one too many: 科普作协, 中国林业学会.

var KINDS = [[/协$/, "会"], [/(?:科学研究所|研究所|科研所|科学所|科所)$/, "所"], [/(?:科学研究院|科学院|研究院|科研院|科院)$/, "院"], [/(?:学会|协会|研究会)$/, "会"]];

var STRANGE = 6; // what a character costs that is none of the name's, in characters that are left out
var ADDED = 2; // and one too many in a name that is whole otherwise: 中国林业学会

// wrong: how many characters of what is said may be none of the name's.
function bodied(asked, wrong) {
  var found = bodiesIn(asked);
  if (!found.length) return Promise.resolve(asked);
  var characters = Array.from(new Set(found.map(function (each) { return each.said; }).join(""))).slice(0, MOST_OPENED);
  return Promise.all(characters.map(function (char) { return filed("body", char); })).then(function (lists) {
    var names = unique(lists);
    for (var i = 0; i < found.length; i++) {
      var best = bodiesLike(found[i], names, wrong);
      if (best.length) return put(asked, found[i].from, found[i].to, best, MOST_ALIKE);
    }
    return asked;
  });
}

function bodiesLike(each, names, most) {
  var found = [];
  names.forEach(function (name) {
    var ways = [against(plainer(each.said), plainer(name)), against(each.said, name)].filter(Boolean);
    if (!ways.length) return;
    var way = ways.sort(function (a, b) { return a.cost - b.cost; })[0];
    // a place or a crop that is said is one of the name
    if (each.places.some(function (place) {
      var text = place.each.text;
      return place.each.terms.length && !place.each.soft && !ofBody(place.each) && text.length > 1 && name.indexOf(text) < 0 &&
        !(way.wrong && name.indexOf(text[0]) >= 0 && !ofPlace(place.each));
    })) return;
    found.push({ name: name, cost: way.cost });
  });
  found.sort(function (a, b) { return a.cost - b.cost; });
  return found.filter(function (one) { return one.cost === found[0].cost; }).map(function (one) { return one.name; });
  // what speaks against it, in characters that are left out; nothing where too much does
  function against(said, full) {
    var same = shared(said, full);
    var wrong = said.length - same.length;
    var spare = full.length - same.length;
    if (same.length < SHORTEST_BODY || (wrong && (wrong > 1 || spare > most || said.length <= SHORTEST_BODY))) return null;
    return { wrong: wrong, cost: wrong * (spare ? STRANGE : ADDED) + spare + gaps(said, full) };
  }
}

function plainer(name) {
  return KINDS.reduce(function (text, kind) { return text.replace(kind[0], kind[1]); }, name);
}

// The longest text whose characters both have in their order.
function shared(one, other) {
  var rows = [new Array(other.length + 1).fill("")];
  for (var i = 0; i < one.length; i++) {
    rows.push([""]);
    for (var n = 0; n < other.length; n++) {
      var skip = rows[i][n + 1].length > rows[i + 1][n].length ? rows[i][n + 1] : rows[i + 1][n];
      rows[i + 1].push(one[i] === other[n] && rows[i][n].length >= skip.length ? rows[i][n] + one[i] : skip);
    }
  }
  return rows[one.length][other.length];
}

// Into how many pieces a name is cut by what is left out, beyond one.
function gaps(said, full) {
  var at = 0;
  var pieces = 0;
  Array.from(said).forEach(function (char) {
    var next = full.indexOf(char, at);
    if (next < 0) return;
    if (next !== at) pieces++;
    at = next + 1;
  });
  return pieces;
}
