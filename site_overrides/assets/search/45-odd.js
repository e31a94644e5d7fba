/* Whether a word of a query may be a slip; what was meant by it is found in slips/45-slips.js. */

// ── What is odd ──

var SHORTEST_WORD = 4; // letters of a Latin word in which a slip is looked for
var BODY_END = /(?:会|所|院|大|大学|.协|中心|局|厅|圃|基地|公司)$/;
var BODIES = "organisation/";
var SHORTEST_BODY = 3;
var MOST_JOINTS = 2;

// Words that occur nowhere together may be slips, which is sure before anything is looked up (no hits) when one of
// their pairs of characters occurs nowhere.
function mended(asked, hits) {
  var odd = oddities(asked, hits).length;
  if (!(odd && odd <= MOST_MENDED) && !bodiesIn(asked).length && !unspelled(asked, hits).length) return Promise.resolve(asked);
  return slips().then(function () { return slip.mend(asked, hits); }, function () { return asked; });
}

// Where each atom stands in the text: {each, from, to}; nothing when one is not found, for it was read in another way.
function placed(asked) {
  var at = 0;
  var found = asked.atoms.map(function (each) {
    var from = asked.text.indexOf(each.text, at);
    if (from >= 0) at = from + each.text.length;
    return { each: each, from: from, to: at };
  });
  return found.some(function (each) { return each.from < 0; }) ? [] : found;
}

// Atoms that follow each other without anything between them, as lists.
function chains(asked) {
  var found = [];
  placed(asked).forEach(function (place) {
    if (isLatin(place.each.text)) return;
    var last = found[found.length - 1];
    if (last && last[last.length - 1].to === place.from) last.push(place);
    else found.push([place]);
  });
  return found;
}

// The stretches that may hold a slip: neighbours that are no names, or names of one character, of which a pair occurs
// nowhere or, once that is known, which nothing holds; and a character that stands alone, with what was passed over
// beside it (faint): the 还 of 渍还 is 害. {chain, from, to}
function oddities(asked, hits) {
  var found = [];
  chains(asked).forEach(function (chain) {
    var start = -1;
    chain.forEach(function (place, i) {
      if (!odd(place)) { start = -1; return; }
      if (start < 0) start = i;
      if (i + 1 < chain.length && odd(chain[i + 1])) return;
      var from = chain[start].from;
      var to = place.to;
      var known = chain.slice(start, i + 1).every(function (one) { return one.each.terms.length; });
      var lost = to - from > 1 ? broken(from, to) : !place.each.terms.length && broken(from - (start > 0 ? 1 : 0), to + (i + 1 < chain.length ? 1 : 0));
      if (hits && !lost && to - from > 1) lost = chain.slice(start, i + 1).some(function (one) {
        return !one.each.terms.length && one.to - one.from > 1 && !scoreAtom(one.each, hits, 1).full.size;
      });
      if (lost && to - from <= LONGEST_SLIP) found.push({ chain: chain, from: from, to: to, known: known });
    });
  });
  return found.length ? found : unique(chains(asked).filter(lone).map(besides));
  // a character that stands alone with what was passed over before or behind it
  function besides(chain) {
    return [[-1, 0], [0, 1]].map(function (more) {
      return { chain: chain, from: chain[0].from + more[0], to: chain[0].to + more[1], faint: true };
    }).filter(function (each) {
      var beside = asked.text[each.from < chain[0].from ? each.from : each.to - 1] || "";
      return /[\u4e00-\u9fff]/.test(beside) && PARTICLES.indexOf(beside) < 0 && broken(each.from, each.to);
    });
  }
  function lone(chain) {
    var text = chain[0].each.text;
    return chain.length === 1 && text.length === 1 && !chain[0].each.terms.length && asked.atoms.length <= MOST_MENDED && !DOING.test(text);
  }
  function odd(place) {
    return !place.each.terms.length || place.each.text.length === 1;
  }
  function broken(from, to) {
    return to - from > 1 && gone(grams(asked.text.slice(from, to)), asked.lex).length > 0;
  }
}

// Of two neighbours that are no names the pair of characters in which they meet: who has it has both as they were said.
function joined(asked) {
  var left = isLong(asked.text) ? 0 : MOST_JOINTS;
  chains(asked).forEach(function (chain) {
    chain.slice(1).forEach(function (place, i) {
      var sides = [chain[i].each, place.each];
      if (!sides.every(function (each) { return (each.soft || !each.terms.length) && each.text.length > 1; })) return;
      var pair = grams(asked.text.slice(place.from - 1, place.from + 1))[0];
      if (left-- > 0 && !gone([pair], asked.lex).length) sides[1].joint = pair;
    });
  });
}

// Latin words that no document holds.
function unspelled(asked, hits) {
  return hits ? asked.atoms.filter(function (each) {
    return !each.terms.length && /^[a-z]+$/.test(each.text) && each.text.length >= SHORTEST_WORD &&
      !each.words.some(function (code) { return hits.get(code) && hits.get(code).size; });
  }) : [];
}

// What in chains reads like the name of a body and is none: {from, to, said, places}, the longest first. What is asked
// of a body may stand behind it: 茶叶研究所电话.
function bodiesIn(asked) {
  var found = [];
  chains(asked).forEach(function (chain) {
    while (chain.length > 1 && !ended(chain) && aside(chain[chain.length - 1].each)) chain = chain.slice(0, -1);
    var last = chain[chain.length - 1];
    var end = endOf(last);
    if (!ended(chain)) return;
    var other = last.each.terms.length && !last.each.soft && !last.each.terms.some(function (key) { return key.indexOf(BODIES) === 0; });
    if (other && chain.length > 1 && last.to - last.from > 2) return;
    for (var i = 0; i < chain.length; i++) {
      var said = asked.text.slice(chain[i].from, end);
      if (own(asked.lex.f, said) || said.length < SHORTEST_BODY) return;
      found.push({ from: chain[i].from, to: end, said: said, places: chain.slice(i) });
      if (ofPlace(chain[i].each)) return; // a body is not one of another place
    }
  });
  return found;
  function endOf(place) {
    return place.to + (asked.text[place.to] === "会" ? 1 : 0); // which is a question word as well
  }
  function ended(chain) {
    return BODY_END.test(asked.text.slice(0, endOf(chain[chain.length - 1])));
  }
  function aside(each) {
    return each.soft || ofPlace(each);
  }
}

function ofBody(each) {
  return each.terms.length > 0 && each.terms.every(function (key) { return key.indexOf(BODIES) === 0; });
}

function ofPlace(each) {
  return each.terms.some(function (key) { return key.indexOf("region/") === 0; });
}
