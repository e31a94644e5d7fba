/* A search from the address to an answer. */

// ── The address: ?q=…&type=site&region=430000 ──

function readAddress() {
  var asked = new URLSearchParams(location.search);
  var chosen = {};
  asked.forEach(function (value, name) { if (name !== "q" && name !== "at") chosen[name] = value; });
  return { query: (asked.get("q") || "").trim(), chosen: chosen, at: asked.get("at") || "" };
}

function address(query, chosen, place) {
  var asked = new URLSearchParams();
  asked.set("q", query);
  if (place || at) asked.set("at", place || at);
  Object.keys(chosen).sort().forEach(function (name) { asked.set(name, chosen[name]); });
  return "?" + asked.toString();
}

// ── A search ──

function go() {
  var here = readAddress();
  var mine = ++turn;
  chosen = here.chosen;
  at = here.at;
  input.value = here.query;
  if (!here.query) {
    reset();
    return Promise.resolve();
  }
  list.setAttribute("data-state", "busy");
  list.removeAttribute("data-total");
  tell(word("busy", { query: here.query }));
  var root = bundle(ROOT); // before the files of names: a browser fetches six at a time
  if (Object.keys(chosen).length) later().catch(report);
  foresee(textOf(here.query));
  return Promise.all([understand(here.query), root]).then(function (got) {
    return find(got[0]).then(function (found) {
      if (mine !== turn) return;
      answer = found;
      answer.query = here.query;
      // the first cards wait for the facets only when these say which cards
      known = { facets: [], at: new Map(), total: total(found.parts) };
      if (Object.keys(chosen).length || !found.results.length) return withFacets(mine).then(show);
      return show().then(function () { fillUp(mine).catch(report); });
    });
  }).catch(function (error) {
    if (mine === turn) failed(error);
  });
}

function failed(error) {
  reset();
  list.setAttribute("data-state", "failed");
  tell(word("unavailable"));
  report(error);
}

function report(error) {
  if (window.console) console.error(error);
}

// What stands around the cards, once they are there.
function fillUp(mine) {
  asked().then(function (parts) { // fetched along with the script that reads them
    parts.forEach(function (part) { json(facetsPath(part)).catch(function () {}); });
  });
  return later().then(function () {
    if (mine !== turn) return null;
    late.drawOthers();
    return withFacets(mine);
  }).then(function () {
    if (mine === turn) late.drawFacets();
    return Promise.all([slips(), learnBegun()]);
  });
}

function withFacets(mine) {
  return later().then(function () { return late.facetRows(); }).then(function (facets) {
    if (mine === turn) known = facets;
  });
}

function facetsPath(part) {
  return part.path + "facets.json" + part.made;
}

// The same search with other choices.
function narrow(next) {
  chosen = next;
  history.pushState(null, "", address(answer.query, chosen));
  turn += 1;
  list.setAttribute("data-state", "busy");
  return show();
}

// ── What comes later: choices, suggestions, what to do where nothing fits; and what was meant by a slip ──
// Its names are at hand as late.name and slip.name once it is there. A phone fetches it when the first cards stand, or
// sooner when somebody types, has chosen something, asked for nothing yet, or for a word that is nowhere.

var late = null;
var slip = null;
var coming = new Map();

function later() {
  return once(coming, LATER, function () {
    return import(base + LATER).then(function (module) { late = module; });
  });
}

function slips() {
  return once(coming, SLIPS, function () {
    return import(base + SLIPS).then(function (module) { slip = module; });
  });
}

function find(asked) {
  var parts = [];
  var passed = asked.passed || [];
  return mended(asked, null).then(function (now) {
    asked = now;
    joined(asked);
    return choosePlaces(asked.atoms, asked.lex);
  }).then(function (got) {
    parts = got;
    return looked(asked.atoms);
  }).then(function (hits) {
    return mended(asked, hits).then(function (now) {
      return now === asked ? [now, hits] : choosePlaces(now.atoms, now.lex).then(function (got) {
        parts = got;
        return looked(now.atoms);
      }).then(function (again) { return [now, again]; });
    });
  }).then(function (got) {
    var now = got[0];
    var hits = got[1];
    var found = rank(now.atoms, hits, total(parts), false);
    var wider = unique(now.atoms.map(function (each) { return each.wider; }));
    var lacking = now.atoms.some(function (each) { return each.wider.length && found.absent.indexOf(each.text) >= 0 && !beside(each, now.lex); });
    var settled = found.stage === "all" && found.sure >= ENOUGH && !lacking;
    return (settled || !wider.length ? Promise.resolve(found) : collect(wider, hits).then(function () {
      return rank(now.atoms, hits, total(parts), true);
    })).then(function (found) {
      found.parts = parts;
      found.atoms = now.atoms;
      found.lex = now.lex;
      found.read = now.read;
      found.passed = passed;
      found.pages = pagesOf(now.atoms, now.lex, hits);
      return found.results.length || found.pages.length ? found : later().then(function () { return late.loosened(found, now.text); });
    });
  });
}

// Whether it is a sign of what is named as well: whom else it may befall is not asked for.
function beside(each, lex) {
  return each.soft && each.terms.length > 0 && each.terms.every(function (key) { return own(lex.c, key); });
}

// While some files of names are still on their way, the index is asked for what the others say already: of the names
// that begin with a character the longest, if it means one thing. Where a longer one holds it, it was asked in vain.
function foresee(text) {
  bundle(ROOT).then(function (root) {
    pathsFor(text).forEach(function (path) {
      namesOn(path).then(function (part) {
        var longest = {};
        Object.keys(part.f).forEach(function (name) {
          if (name.length > 1 && text.indexOf(name) >= 0 && !(own(longest, name[0]) && longest[name[0]].length > name.length)) longest[name[0]] = name;
        });
        Object.keys(longest).forEach(function (first) {
          var terms = part.f[longest[first]];
          if (terms.length === 1 && !own(part.e, terms[0]) && !stop.has(longest[first])) postings(concept(terms[0]), root).catch(function () {});
        });
      }).catch(function () {});
    });
  }).catch(function () {});
}

// A word that narrows nothing down is also asked as it was said: of all that means 帮扶, who says 东西部协作 comes first.
function looked(atoms) {
  var said = unique(atoms.map(function (each) {
    return (each.soft && each.terms.length && !each.brief ? each.words.filter(function (code) { return each.gone.indexOf(code) < 0; }) : []).concat(each.joint || []);
  }));
  var wider = unique(atoms.map(function (each) { return each.wider; }));
  var found = lookUp(atoms);
  // what is asked for next is fetched along, for a line waits half a second for each step; not where much is asked already
  var early = wider.length <= MOST_WIDER && !atoms.some(function (each) { return each.brief; });
  collect(said.concat(early ? wider : []), new Map()).catch(function () {});
  return found.then(function (hits) {
    return collect(said.filter(function (code) { return !hits.has(code); }), hits);
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
  [list, facetsAt, more, rest, hints, others].forEach(clear);
  list.setAttribute("data-state", "idle");
  list.removeAttribute("data-total");
  tell("");
}
