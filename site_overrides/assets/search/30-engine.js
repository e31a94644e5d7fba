/* What is fetched: Pagefind, its bundles, facets, cards. */

// ── What is fetched ──

var ROOT = ""; // the bundle that is always asked; a large portal has one more for each province
var EVERYWHERE = "all";
var CARDS_PER_FILE = 4;
var ahead = new Map();
var bundles = new Map();
var asking = [ROOT];
var at = ""; // the province chosen, as it stands in the address
var fetchPlain = window.fetch;
var others = element("div", { id: "elsewhere" });
more.parentNode.insertBefore(others, rest);

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

// Pagefind asks for its files one after the other, and a slow line waits for each: they are fetched before it asks.
window.fetch = function (input, options) {
  var url = new URL(input && input.url || input, location.href).href;
  var got = ahead.get(url);
  return got ? got.then(function (answer) { return answer.clone(); }) : fetchPlain.call(window, input, options);
};

function fetchAhead(url, from) {
  if (!ahead.has(url)) {
    var got = from || fetchPlain.call(window, url).then(unpacked);
    got.catch(function () { ahead.delete(url); });
    ahead.set(url, got);
  }
  return ahead.get(url);
}

// The browser unpacks quicker than Pagefind's script does, which takes what is unpacked already as it is.
function unpacked(answer) {
  if (!answer.ok || !window.DecompressionStream || !/\.(pf_meta|pagefind)$/.test(answer.url)) return answer;
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip")));
}

// A bundle: {name, path, entry, total, search}.
function bundle(name) {
  if (!bundles.has(name)) {
    var path = base + "pagefind/" + (name ? name + "/" : "");
    var stamp = String(Date.now());
    var entry = fetchAhead(path + "pagefind-entry.json?ts=" + stamp).then(function (answer) {
      if (!answer.ok) throw new Error(path + ": " + answer.status);
      return answer.clone().json();
    });
    fetchAhead(path + "wasm.unknown.pagefind", fetchAhead(base + "pagefind/wasm.unknown.pagefind"));
    var got = Promise.all([import(base + "pagefind/pagefind.js"), entry.then(function (entry) {
      var own = entry.languages[Object.keys(entry.languages)[0]];
      fetchAhead(path + "pagefind." + own.hash + ".pf_meta");
      return { name: name, path: "pagefind/" + (name ? name + "/" : ""), entry: entry, total: own.page_count };
    })]).then(function (both) {
      var found = both[0].createInstance({ noWorker: true, basePath: path, metaCacheTag: stamp });
      both[1].search = function (text) { return found.search(text); };
      return both[1];
    });
    got.catch(function () { bundles.delete(name); });
    bundles.set(name, got);
  }
  return bundles.get(name);
}

function asked() {
  return Promise.all(asking.map(bundle));
}

// The provinces that a query names or the address holds; without one, what belongs to no single province.
function choosePlaces(atoms, lex) {
  return bundle(ROOT).then(function (root) {
    var parts = root.entry.parts || [];
    var wanted = new Set([at, chosen[root.entry.by]]);
    unique(atoms.map(function (each) { return each.terms; })).forEach(function (key) {
      if (key.indexOf(root.entry.by + "/") !== 0) return;
      var top = own(lex.n, key) ? lex.n[key].split(" ")[0] : "";
      parts.forEach(function (part) { if (part[0] === key.split("/")[1] || part[1] === top) wanted.add(part[0]); });
    });
    asking = [ROOT].concat(parts.map(function (part) { return part[0]; }).filter(function (name) {
      return wanted.has(name) || at === EVERYWHERE;
    }));
    return asked();
  });
}

function total(parts) {
  return parts.reduce(function (sum, part) { return sum + part.total; }, 0);
}

// A code stands in the index with the mark of its place behind it. Quoted, it is looked up as it is: unquoted,
// Pagefind answers an unknown word with shorter ones that it knows. One character alone is also asked as the
// beginning of the pairs that it opens (not kana and rare characters: an unknown a… would fall back to EVERY).
function postings(token, part) {
  var key = part.name + " " + token;
  if (!lists.has(key)) {
    var marks = token[0] === "y" ? { s: 10, f: 2, x: 1, r: 0.5 } : { t: 5, x: 1 };
    var asked = Object.keys(marks).map(function (mark) { return ['"' + token + mark + '"', marks[mark]]; });
    if (/^[b-o]...$/.test(token)) asked.push([token, 1]);
    var got = Promise.all(asked.map(function (each) { return part.search(each[0]); })).then(function (answers) {
      var hit = new Map();
      answers.forEach(function (answer, i) {
        answer.results.forEach(function (result) {
          var id = part.name + ":" + idOf(result.id);
          hit.set(id, Math.max(asked[i][1], hit.get(id) || 0));
        });
      });
      return hit;
    });
    got.catch(function () { lists.delete(key); });
    lists.set(key, got);
  }
  return lists.get(key);
}

// The number of a document stands in the bundle with its last digit first, in which way it packs better.
function idOf(mirrored) {
  return ("000000" + Array.from(mirrored).reverse().join("")).slice(-7);
}

function collect(codes, hits) {
  return asked().then(function (parts) {
    return Promise.all(codes.slice(0, MOST_TOKENS).map(function (code) {
      return Promise.all(parts.map(function (part) { return postings(code, part); })).then(function (found) {
        var all = found[0];
        if (found.length > 1) {
          all = new Map();
          found.forEach(function (hit) { hit.forEach(function (weight, id) { all.set(id, weight); }); });
        }
        hits.set(code, all);
      });
    }));
  }).then(function () { return hits; });
}

// A name of three characters or more that means one thing and finds something is not asked as a word as well: each
// word costs a slow line a quarter of a second.
function lookUp(atoms) {
  function sure(each) {
    return each.concepts.length === 1 && each.text.length > 2;
  }
  function wordsOf(some) {
    return unique(some.map(function (each) { return each.words; }));
  }
  var concepts = unique(atoms.map(function (each) { return each.concepts; }));
  return collect(concepts.concat(wordsOf(atoms.filter(function (each) { return !sure(each); }))), new Map()).then(function (hits) {
    return collect(wordsOf(atoms.filter(function (each) { return sure(each) && !hits.get(each.concepts[0]).size; })), hits);
  });
}

// ── Facets and cards ──

// Facets of all bundles that are asked; rows stand in the order of the documents, which `at` tells.
function facetRows() {
  return asked().then(function (parts) {
    return Promise.all(parts.map(function (part) { return json(part.path + "facets.json"); })).then(function (got) {
      var places = new Map();
      parts.forEach(function (part) {
        var from = places.size;
        for (var n = 0; n < part.total; n++) places.set(part.name + ":" + ("000000" + n.toString(16)).slice(-7), from + n);
      });
      if (got.some(function (each, i) { return each.total !== parts[i].total; })) throw new Error("facets of another index");
      var names = unique(got.map(function (each) { return each.facets.map(function (facet) { return facet.name; }); }));
      return { total: places.size, at: places, facets: names.map(function (name) {
        return joinFacet(got.map(function (each) {
          return each.facets.filter(function (facet) { return facet.name === name; })[0] || { values: [], order: [], runs: [0, each.total] };
        }), name);
      }) };
    });
  });
}

function joinFacet(parts, name) {
  var all = new Map();
  parts.forEach(function (part) {
    part.values.forEach(function (value, i) { all.set(value[0], [part.order[i], value]); });
  });
  var values = Array.from(all.values()).sort(function (a, b) { return a[0] - b[0]; }).map(function (each) { return each[1]; });
  var position = new Map(values.map(function (value, i) { return [value[0], i + 1]; }));
  var rows = [];
  parts.forEach(function (part) {
    function moved(n) { return n && position.get(part.values[n - 1][0]); }
    for (var i = 0; i < part.runs.length; i += 2) {
      var row = Array.isArray(part.runs[i]) ? part.runs[i].map(moved) : moved(part.runs[i]);
      for (var times = part.runs[i + 1]; times > 0; times--) rows.push(row);
    }
  });
  var titled = parts.filter(function (part) { return part.title; })[0];
  return { name: name, title: titled.title, values: values, rows: rows };
}

// What a card shows: documents with near numbers stand in one file.
function cardOf(id) {
  var name = id.slice(0, id.indexOf(":"));
  var number = parseInt(id.slice(name.length + 1), 16);
  return json("pagefind/" + (name ? name + "/" : "") + "cards/" + Math.floor(number / CARDS_PER_FILE) + ".json").then(function (cards) {
    return cards[number % CARDS_PER_FILE];
  });
}

// Where a document stands among those with equal scores: in one bundle by its number, across bundles by type and year.
function standings(parts) {
  var steps = new Map(parts.map(function (part) { return [part.name, part.entry.steps || []]; }));
  return function (id) {
    var name = id.slice(0, id.indexOf(":"));
    var number = parseInt(id.slice(name.length + 1), 16);
    var found = steps.get(name).filter(function (step) { return step[2] <= number; }).pop() || [0, 0];
    return [found[0], found[1], id.slice(name.length + 1)];
  };
}

// ── Other provinces ──

function drawOthers() {
  clear(others);
  return bundle(ROOT).then(function (root) {
    var left = (root.entry.parts || []).filter(function (part) { return asking.indexOf(part[0]) < 0; });
    if (!left.length) return;
    clear(others);
    var chips = left.map(function (part) { return [part[0], part[2], part[3]]; }).concat([[EVERYWHERE, word("everywhere")]]);
    others.appendChild(element("section", { "class": "sec" }, [
      element("h2", {}, [word("elsewhere")]),
      element("div", { "class": "chips" }, chips.map(function (each) {
        var children = each.length > 2 ? [each[1], element("span", { "class": "n" }, [String(each[2])])] : [each[1]];
        var link = element("a", { href: address(answer.query, {}, each[0]), "class": "tool" }, children);
        link.addEventListener("click", function (event) {
          event.preventDefault();
          history.pushState(null, "", link.getAttribute("href"));
          go();
        });
        return link;
      }))
    ]));
  });
}

// ── What opens below a facet's value, and the days: one bundle's file as it is, those of several joined ──

function fromParts(path, holds) {
  return asked().then(function (parts) {
    return Promise.all(parts.map(function (part) {
      return json(part.path + "facets.json").then(function (own) {
        return holds(own) ? json(part.path + path) : null;
      });
    }));
  });
}

function facetIn(own, name) {
  return own.facets.filter(function (facet) { return facet.name === name; })[0];
}

function standOf(facet) {
  return fromParts("below/" + facet.name + ".json", function (own) { return facetIn(own, facet.name); }).then(function (got) {
    var all = {};
    got.forEach(function (each) {
      Object.keys(each || {}).forEach(function (top) { all[top] = ((all[top] || "") + " " + each[top]).trim(); });
    });
    return all;
  });
}

function belowOf(facet, top) {
  var at = asking.join(" ");
  return fromParts("below/" + facet.name + "/" + top + ".json", function (own) {
    var held = facetIn(own, facet.name);
    return held && held.values.some(function (value) { return value[0] === top; });
  }).then(function (got) {
    got = got.filter(Boolean);
    if (got.length === 1) return at === ROOT ? got[0] : { facets: got[0].facets };
    return { facets: unique(got.map(function (each) { return each.facets.map(function (one) { return one.name; }); })).map(function (name) {
      return joinRows(got.map(function (each) {
        return facetIn(each, name) || { values: [], rows: new Array(each.total).fill(0) };
      }), name);
    }) };
  });
}

function joinRows(parts, name) {
  return joinFacet(parts.map(function (part) {
    return {
      title: part.title, values: part.values, order: part.order || part.values.map(function (_, i) { return i; }),
      runs: [].concat.apply([], part.rows.map(function (row) { return [row, 1]; }))
    };
  }), name);
}

function datesOf() {
  return fromParts("dates.json", function () { return true; }).then(function (got) {
    if (got.length === 1) return got[0];
    var days = unique(got.map(function (each) { return each.values.map(function (day) { return day.join(" "); }); })).sort().reverse();
    var place = new Map(days.map(function (day, i) { return [day, i + 1]; }));
    return { values: days.map(function (day) { return day.split(" "); }), rows: [].concat.apply([], got.map(function (each) {
      return each.rows.map(function (n) { return n && place.get(each.values[n - 1].join(" ")); });
    })) };
  });
}
