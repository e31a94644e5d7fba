/* What can be chosen: facets of all bundles, what opens below a value, the days, other provinces. */

var finer = {}; // what the chosen values open: facet -> {top, facets, at: document -> its row}
var dates = null; // {values: [[day, field]], rows}, fetched for who wants the newest first

// ── What is chosen ──

// The files of what is chosen: the counties of a province, the kinds of a type, the days.
function prepareChoices() {
  var wanted = known.facets.filter(function (facet) { return own(chosen, facet.name) && facet.name !== "year"; });
  return Promise.all(wanted.map(function (facet) {
    return topOf(facet, chosen[facet.name]).then(function (top) { return top ? opened(facet, top) : null; });
  })).then(function (found) {
    finer = {};
    wanted.forEach(function (facet, i) { if (found[i]) finer[facet.name] = found[i]; });
    return newest() ? datesOf() : dates;
  }).then(function (found) { dates = found; });
}

function topOf(facet, value) {
  if (facet.values.some(function (each) { return each[0] === value; })) return Promise.resolve(value);
  if (facet.name === "type") return Promise.resolve("");
  return standOf(facet).then(function (below) {
    return Object.keys(below).filter(function (top) { return below[top].split(" ").indexOf(value) >= 0; })[0] || "";
  });
}

function opened(facet, top) {
  return belowOf(facet, top).then(function (found) {
    if (!found.at) {
      found.at = new Map();
      known.at.forEach(function (_, id) {
        if (topsOf(facet, id).indexOf(top) >= 0) found.at.set(id, found.at.size);
      });
    }
    return { top: top, facets: found.facets, at: found.at };
  });
}

function topsOf(facet, id) {
  return valuesOf(facet, id).map(function (n) { return facet.values[n - 1][0]; });
}

function facetOf(name) {
  return known.facets.filter(function (facet) { return facet.name === name; })[0];
}

// The values of a finer facet that a document has, those above its own included.
function finerOf(from, facet, id) {
  var row = from.at.has(id) ? facet.rows[from.at.get(id)] : 0;
  var found = [];
  (Array.isArray(row) ? row : row ? [row] : []).forEach(function (n) {
    for (var value = facet.values[n - 1]; value; value = byId(facet, value[2])) {
      if (found.indexOf(value[0]) < 0) found.push(value[0]);
    }
  });
  return found;
}

function byId(facet, id) {
  return id ? facet.values.filter(function (value) { return value[0] === id; })[0] : undefined;
}

// The facet in which a name of the address is looked up: one of all documents, or one that the chosen type opens.
function kindFacet(name) {
  return finer.type && finer.type.facets.filter(function (each) { return each.name === name; })[0];
}

function tree(name) {
  return own(finer, name) && finer[name].facets.filter(function (each) { return each.name === name; })[0];
}

function has(result, name, value) {
  var facet = facetOf(name);
  if (!facet) return !kindFacet(name) || finerOf(finer.type, kindFacet(name), result.id).indexOf(value) >= 0;
  if (topsOf(facet, result.id).indexOf(value) >= 0) return true;
  return Boolean(tree(name)) && finer[name].top !== value && finerOf(finer[name], tree(name), result.id).indexOf(value) >= 0;
}

// ── Facets ──

// Facets of all bundles that are asked; rows stand in the order of the documents, which `at` tells.
function facetRows() {
  return asked().then(function (parts) {
    return Promise.all(parts.map(function (part) { return json(facetsPath(part)); })).then(function (got) {
      var places = new Map();
      parts.forEach(function (part) {
        var from = places.size;
        for (var n = 0; n < part.total; n++) places.set(idOf(part, n), from + n);
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

function valuesOf(facet, id) {
  var row = facet.rows[known.at.get(id)];
  return Array.isArray(row) ? row : row ? [row] : [];
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
      return json(facetsPath(part)).then(function (own) {
        return holds(own) ? json(part.path + path + part.made) : null;
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
