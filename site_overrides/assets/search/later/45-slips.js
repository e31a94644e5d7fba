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
var BESIDE = 0.1;
var SURE = 0.6; // what a slip in a long sentence may cost, or one that leaves two characters
var MOST_TRIES = 3;

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
    return each.soft || stretch.chain.some(function (place) { return place.each === each && place.from < stretch.to && place.to > stretch.from; });
  });
  var opened = new Set();
  var wanted = [];
  var best = null;
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
      if (each.folder === "pinyin") names = names.filter(function (name) { return name.length === size; });
      names = alikeFirst(names, each.said);
      names.forEach(function (name) {
        if (each.folder === "pinyin") offer(each, [name].concat(names), each.cost);
        else if (each.key.length < size) { if (name.length === size && unlike(name, each.said) === 1) offer(each, [name].concat(names), WRONG); }
        // what a longer name begins with is a word of its own: 海鲜 is no 海鲜菇, and 越来越 is not 越来越瘦
        else if ((size > 2 && !long) || name.indexOf(each.key)) offer(each, [name].concat(names), name.length > size ? MISSED : LOOKED);
      });
    });
    return best && namesOf(best.names.slice(0, 1)).then(function (more) {
      var meant = own(more.f, best.names[0]) ? more.f[best.names[0]] : [];
      // beside something that is certain, a word of two characters is no slip of a county
      var county = meant.every(function (key) { return /^region\/.*[^0].?$/.test(key); });
      return !alone && best.to - best.from < 3 && county ? null : best;
    });
  });

  function at(said, window) {
    var size = said.length;
    for (var i = 0; i < size; i++) {
      var less = said.slice(0, i).concat(said.slice(i + 1)).join("");
      if (i && said[i] === said[i - 1]) known(less, window, said, DOUBLED);
      else if (i && i + 1 < size && size > 3) known(less, window, said, EXTRA);
      if (i && size > 2) known(said.slice(0, i - 1).concat(said[i], said[i - 1], said.slice(i + 1)).join(""), window, said, SWAPPED);
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
    if (size > 2 || (alone && !window.inner)) said.forEach(function (_, i) {
      want("typo", said.slice(0, i).concat(said.slice(i + 1)).join(""), window, said, WRONG);
    });
  }
  function known(name, window, said, cost) {
    if (own(asked.lex.f, name) && name.length > 1) offer({ from: window.from, to: window.to, said: said }, [name], cost);
  }
  function want(folder, key, window, said, cost) {
    var file = fileFor(folder, key);
    if (opened.size >= (long ? MOST_FILES / 4 : MOST_FILES) && !opened.has(file)) return;
    opened.add(file);
    wanted.push({ folder: folder, key: key, from: window.from, to: window.to, said: said, cost: cost });
  }
  function offer(each, names, cost) {
    var size = each.said.length;
    var inside = Math.min(each.to, stretch.to) - Math.max(each.from, stretch.from);
    if (cost > SURE && long || cost >= MISSED && stretch.known) return;
    // of two characters one must be right, and beside something that is certain the other sound so
    if (size < 3 && names[0].length === size && (unlike(names[0], each.said) > 1 || (!alone && cost > (long ? SOUNDED : BLURRED)))) return;
    if (cost === WRONG && inside < 2 && size < SHORTEST_WORD) return;
    // what stands beside the stretch is understood as it is, and counts for little
    var worth = inside - 2 * cost + BESIDE * (size - inside);
    if (best && best.worth >= worth) return;
    best = { from: each.from, to: each.to, names: unique([names]), worth: worth };
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
  return FAR_MARK + replaced(blurred(letters), [["n", "l"], ["holg", "fel"], ["hua", "fa"], ["hui", "fei"], ["hul", "fel"], ["huo", "fo"], ["hu", "fu"]]);
}

// How many characters of two words of one length differ.
function unlike(name, said) {
  return Array.from(name).filter(function (char, i) { return char !== said[i]; }).length;
}

// Of names that sound the same, those first that share most characters with what was typed.
function alikeFirst(names, said) {
  return names.map(function (name, i) { return [unlike(name, said), i, name]; }).sort(function (a, b) {
    return a[0] - b[0] || a[1] - b[1];
  }).map(function (each) { return each[2]; });
}

// The query with a name in the place of what stood there.
// most: how many of the names are meant.
function put(asked, from, to, names, most) {
  return namesOf(names.slice(0, most)).then(function (more) {
    var lex = together([asked.lex, more]);
    var done = false;
    var atoms = [];
    placed(asked).forEach(function (place) {
      if (place.to <= from || place.from >= to) { atoms.push(place.each); return; }
      if (place.from < from) atoms = atoms.concat(rest(asked.text.slice(place.from, from)));
      if (!done) atoms.push(named(names[0], names.slice(0, most), lex));
      done = true;
      if (place.to > to) atoms = atoms.concat(rest(asked.text.slice(to, place.to)));
    });
    var text = asked.text.slice(0, from) + names[0] + asked.text.slice(to);
    return { atoms: atoms, lex: lex, text: text, read: asked.read.concat([{ said: asked.text.slice(from, to), names: [names] }]) };
    function rest(text) {
      return atomsOf(text, lex, stop, links);
    }
  });
}

// ── Latin words ──

// Such a word may be a word less, more or other by one letter, or have two changed over.
function respelled(asked, hits) {
  var lost = unspelled(asked, hits);
  if (!lost.length || lost.length > MOST_MENDED) return Promise.resolve(asked);
  return Promise.all(lost.map(function (each) {
    var letters = Array.from(each.text);
    var keys = unique([[each.text], letters.map(function (_, i) { return letters.slice(0, i).concat(letters.slice(i + 1)).join(""); })]);
    return Promise.all(keys.map(function (key) { return filed("typo", key); })).then(function (found) {
      var near = unique(found).filter(function (name) { return isLatin(name) && oneSlip(each.text, name); });
      var same = letters.slice().sort().join("");
      return near.filter(function (name) { return Array.from(name).sort().join("") === same; })[0] || near[0];
    });
  })).then(function (found) {
    if (!found.some(Boolean)) return asked;
    var text = asked.text;
    lost.forEach(function (each, i) { if (found[i]) text = text.replace(each.text, found[i]); });
    return understand(text).then(function (now) {
      now.read = lost.map(function (each, i) { return found[i] && { said: each.text, names: [[found[i]]] }; }).filter(Boolean);
      return now;
    });
  });
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
  var characters = Array.from(new Set(found.map(function (each) { return each.said; }).join(""))).slice(0, MOST_FILES);
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
    var ways = [likeness(plainer(each.said), plainer(name)), likeness(each.said, name)].filter(Boolean);
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
  function likeness(said, full) {
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
