/* The choices as they are drawn: chips in boxes, a tree, the order. */

// ── Facets ──

// What an address becomes when a value is chosen, or taken away: with a type go the choices that it opened.
function changed(name, value) {
  var next = Object.assign({}, chosen);
  delete next[name];
  if (name === "type" && finer.type) finer.type.facets.forEach(function (facet) { delete next[facet.name]; });
  if (value) next[name] = value;
  return next;
}

function choose(next) {
  var held = document.activeElement;
  var around = held && held.closest && held.closest("[data-facet]");
  var place = around && around.getAttribute("data-facet");
  var value = held && held.getAttribute("data-value");
  narrow(next).then(function () { if (place) refocus(place, value); }).catch(failed);
}

// Where the keyboard was: the same chip, else its box, else what is chosen.
function refocus(place, value) {
  var at = facetsAt.querySelector('[data-facet="' + place + '"]') || facetsAt.querySelector("[data-facet]");
  if (!at) { input.focus(); return; }
  var same = Array.from(at.querySelectorAll("[data-value]")).filter(function (each) {
    return each.getAttribute("data-value") === value;
  })[0];
  (same || at.querySelector("summary, a")).focus();
}

// A link that narrows here without a new page; opened in another tab, it says the same.
function chip(next, children, current) {
  var made = element("a", { href: address(answer.query, next) }, children);
  if (current) made.setAttribute("aria-current", "true");
  made.addEventListener("click", function (event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(next);
  });
  return made;
}

function drawFacets() {
  if (!facetsAt) return;
  var open = Array.from(facetsAt.querySelectorAll("details[open]")).map(function (each) { return each.getAttribute("data-facet"); });
  clear(facetsAt);
  if (!known || !answer || !answer.results.length) return;
  drawChosen();
  var boxes = element("div", { "class": "facets" });
  known.facets.forEach(function (facet) {
    var drawn = [facetBox(facet)];
    if (facet.name === "type" && finer.type) drawn = drawn.concat(finer.type.facets.map(kindBox));
    drawn.forEach(function (box) {
      if (!box) return;
      box.open = open.indexOf(box.getAttribute("data-facet")) >= 0;
      boxes.appendChild(box);
    });
  });
  if (boxes.firstChild) facetsAt.appendChild(boxes);
  if (answer.results.length > 1) facetsAt.appendChild(sorting());
}

function facetBox(facet) {
  var opens = facet.name === "type" && finer.type ? finer.type.facets.map(function (each) { return each.name; }) : [];
  var within = narrowed([facet.name].concat(opens));
  var top = own(finer, facet.name) ? finer[facet.name].top : chosen[facet.name];
  var below = tree(facet.name);
  if (top && below && below.values.length) return treeBox(facet, below, top, within);
  return box(facet, facet.values, tally(within, function (id) { return topsOf(facet, id); }));
}

function kindBox(facet) {
  return box(facet, facet.values, tally(narrowed([facet.name]), function (id) { return finerOf(finer.type, facet, id); }));
}

function tally(results, valuesOf) {
  var counts = new Map();
  results.forEach(function (result) {
    valuesOf(result.id).forEach(function (value) { counts.set(value, (counts.get(value) || 0) + 1); });
  });
  return counts;
}

function box(facet, values, counts) {
  var shown = values.filter(function (value) { return counts.get(value[0]) || chosen[facet.name] === value[0]; });
  // one place for all may still be many counties
  var least = facetOf(facet.name) && facet.name !== "type" && facet.name !== "year" && answer.results.length > 1 ? 1 : 2;
  if (shown.length < least && !own(chosen, facet.name)) return null;
  return details(facet, [element("div", { "class": "chips" }, shown.map(function (value) {
    return valueChip(facet, value, counts.get(value[0]) || 0);
  }))]);
}

// A tree: the way down to what is chosen, and below it the next step, or, at its end, those beside it.
function treeBox(facet, below, top, within) {
  var counts = tally(within, function (id) { return topsOf(facet, id).concat(finerOf(finer[facet.name], below, id)); });
  var way = pathOf(facet.name, chosen[facet.name]);
  function under(id) {
    return below.values.filter(function (value) { return (value[2] || top) === id && counts.get(value[0]); });
  }
  var last = way[way.length - 1];
  var shown = under(last[0]);
  var beside = !shown.length && way.length > 1;
  if (beside) shown = under(way[way.length - 2][0]);
  var up = [element("li", {}, [chip(changed(facet.name, ""), [word("all")])])];
  way.slice(0, beside ? -1 : way.length).forEach(function (value) {
    up.push(element("li", {}, [value[0] === chosen[facet.name] ? element("b", {}, [value[1]]) : chip(changed(facet.name, value[0]), [value[1]])]));
  });
  return details(facet, [element("ol", { "class": "crumb" }, up), element("div", { "class": "chips" }, shown.map(function (value) {
    return valueChip(facet, value, counts.get(value[0]));
  }))]);
}

function pathOf(name, id) {
  var facet = facetOf(name);
  var top = own(finer, name) ? finer[name].top : id;
  var way = [];
  for (var value = tree(name) ? byId(tree(name), id) : undefined; value; value = byId(tree(name), value[2])) way.unshift(value);
  var first = byId(facet || kindFacet(name), facet ? top : id);
  return first ? [first].concat(facet ? way : []) : way;
}

function details(facet, children) {
  return element("details", { "data-facet": facet.name }, [element("summary", {}, [facet.title])].concat(children));
}

function valueChip(facet, value, count) {
  var current = chosen[facet.name] === value[0];
  var made = chip(changed(facet.name, current ? "" : value[0]), [value[1], element("span", { "class": "n" }, [String(count)])], current);
  made.setAttribute("data-value", value[0]);
  return made;
}

function drawChosen() {
  var chips = conditions().map(function (name) {
    var way = pathOf(name, chosen[name]).map(function (value) { return value[1]; }).join(" › ") || chosen[name];
    var made = chip(changed(name, ""), [way, element("span", { "aria-hidden": "true" }, ["×"])], true);
    made.setAttribute("aria-label", word("remove", { label: way }));
    return made;
  });
  if (!chips.length) return;
  if (chips.length > 1) {
    chips.push(chip(newest() ? { sort: "new" } : {}, [word("remove.all")], false));
  }
  facetsAt.appendChild(element("div", { "class": "chips chosen", "data-facet": "chosen" }, chips));
}

function sorting() {
  var made = element("div", { "class": "sort", "data-facet": "sort", role: "group" });
  made.setAttribute("aria-label", word("sort"));
  made.appendChild(element("span", { "class": "q", "aria-hidden": "true" }, [word("sort")]));
  made.appendChild(element("div", { "class": "chips" }, ["", "new"].map(function (value) {
    var link = chip(changed("sort", value), [word(value ? "sort.new" : "sort.fit")], newest() === (value === "new"));
    link.setAttribute("data-value", value);
    return link;
  })));
  return made;
}
