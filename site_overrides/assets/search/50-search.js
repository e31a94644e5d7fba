/* A search from the address to an answer. */

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
      return show();
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
