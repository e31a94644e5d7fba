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
