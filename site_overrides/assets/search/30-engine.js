/* What is fetched: Pagefind, facets, cards. */

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
