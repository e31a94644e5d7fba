/* What is shown: what was understood, cards, facets, nothing found. */

// ── What was understood ──
// “按‘柠檬’找的”, and for a name of several things a choice between them.

function drawHints() {
  clear(hints);
  var lines = answer.read.map(function (each) {
    var names = each.names.map(function (choice) { return choice[0]; }).join(" ");
    var line = [word("read", { said: each.said, names: names })];
    var others = each.names.length === 1 ? each.names[0].slice(1) : [];
    others.forEach(function (name) { line.push(" ", askFor(answer.query, each.said, name)); });
    return line;
  });
  answer.atoms.forEach(function (each) {
    var labelled = each.terms.filter(function (key) { return own(answer.lex.n, key); });
    if (labelled.length < 2) return;
    var line = [word("several", { word: each.text })];
    labelled.slice(0, PAGE).forEach(function (key) {
      line.push(" ", element("a", { href: key + ".html" }, [answer.lex.n[key]]));
    });
    lines.push(line);
  });
  if (!lines.length) return;
  hints.appendChild(element("div", { "class": "note" }, lines.map(function (line) { return element("p", {}, line); })));
}

function askFor(query, said, name) {
  var next = fold(query).indexOf(said) >= 0 ? fold(query).replace(said, name) : name;
  return element("a", { href: address(next, {}) }, [name]);
}

function pageCard(key) {
  var label = answer.lex.n[key].split(" ");
  var made = element("li", { "class": "card", "data-record": key });
  if (label.length > 1) made.appendChild(element("p", { "class": "at" }, [label.slice(0, -1).join(" ")]));
  made.appendChild(element("h3", {}, [element("a", { href: key + ".html" }, [element("span", {}, [label[label.length - 1]])])]));
  made.appendChild(element("p", {}, [word("holding.none")]));
  return made;
}

// ── Cards ──

function drawCards(results, from, size) {
  var mine = turn;
  var page = results.slice(from, from + size);
  clear(more);
  return Promise.all(page.map(card)).then(function (cards) {
    if (mine !== turn) return;
    cards.forEach(function (each) { if (each) list.appendChild(each); });
    if (!from && !Object.keys(chosen).length) {
      var after = list.children[PAGES_AFTER] || null;
      answer.pages.forEach(function (key) { list.insertBefore(pageCard(key), after); });
    }
    var left = results.length - from - size;
    if (left > 0) {
      var button = element("button", { type: "button", "class": "btn two" }, [word("more", { n: Math.min(MORE, left) })]);
      button.addEventListener("click", function () {
        list.setAttribute("data-state", "busy");
        var next = list.children.length;
        drawCards(results, from + size, MORE).then(function () {
          var link = list.children[next] && list.children[next].querySelector("a");
          if (link) link.focus();
        });
      });
      more.appendChild(button);
    }
    list.setAttribute("data-state", "done");
  });
}

function card(result) {
  var file = result.id.slice(0, known.digits) || "all";
  return json("pagefind/cards/" + file + ".json").then(function (cards) {
    var found = cards[result.id];
    if (!found) return null;
    var tone = found[4] ? " k-" + found[4] : "";
    var made = element("li", { "class": "card" + tone, "data-record": found[0] });
    if (found[3]) made.appendChild(element("b", { "class": "seal", "aria-hidden": "true" }, [found[3]]));
    if (found[5]) made.appendChild(element("p", { "class": "at" }, marked(found[5])));
    made.appendChild(element("h3", {}, [element("a", { href: found[0] + ".html" }, [element("span", {}, marked(found[1]))])]));
    made.appendChild(element("p", { "class": "q" }, [found[2]]));
    found.slice(6).forEach(function (line) { made.appendChild(element("p", {}, marked(line))); });
    return made;
  });
}

// The words that were asked, marked in a text: pieces of text and <mark> elements.
function marked(text) {
  var low = text.toLowerCase();
  if (low.length !== text.length) return [text];
  var pieces = [];
  var from = 0;
  var asked = answer.atoms.map(function (each) { return each.text; }).sort(function (a, b) { return b.length - a.length; });
  while (from < text.length) {
    var at = -1;
    var size = 0;
    asked.forEach(function (each) {
      var found = low.indexOf(each, from);
      if (found >= 0 && (at < 0 || found < at)) {
        at = found;
        size = each.length;
      }
    });
    if (at < 0) break;
    if (at > from) pieces.push(text.slice(from, at));
    pieces.push(element("mark", {}, [text.slice(at, at + size)]));
    from = at + size;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

// ── Facets ──

function choose(name, value) {
  if (chosen[name] === value) delete chosen[name];
  else chosen[name] = value;
  history.replaceState(null, "", address(answer.query, chosen));
  turn += 1;
  list.setAttribute("data-state", "busy");
  show();
}

function chip(href, children, current, act) {
  var made = element("a", { href: href }, children);
  if (current) made.setAttribute("aria-current", "true");
  if (act) {
    made.addEventListener("click", function (event) {
      event.preventDefault();
      act();
    });
  }
  return made;
}

function drawFacets() {
  if (!facetsAt) return;
  var open = Array.from(facetsAt.querySelectorAll("details[open]")).map(function (each) { return each.getAttribute("data-facet"); });
  clear(facetsAt);
  if (!answer.results.length) return;
  drawChosen();
  var boxes = element("div", { "class": "facets" });
  known.facets.forEach(function (facet) {
    var counts = facet.values.map(function () { return 0; });
    narrowed(facet.name).forEach(function (result) {
      valuesOf(facet, result.id).forEach(function (n) { counts[n - 1] += 1; });
    });
    var shown = facet.values.map(function (value, i) { return [value, counts[i]]; }).filter(function (each) { return each[1]; });
    if (shown.length < 2 && !chosen[facet.name]) return;
    var chips = element("div", { "class": "chips" }, shown.map(function (each) {
      return facetChip(facet.name, each[0], each[1]);
    }));
    var box = element("details", { "data-facet": facet.name }, [element("summary", {}, [facet.title]), chips]);
    if (open.indexOf(facet.name) >= 0) box.open = true;
    boxes.appendChild(box);
  });
  if (boxes.firstChild) facetsAt.appendChild(boxes);
}

function facetChip(name, value, count) {
  var next = Object.assign({}, chosen);
  var current = chosen[name] === value[0];
  if (current) delete next[name];
  else next[name] = value[0];
  var made = chip(address(answer.query, next), [value[1], element("span", { "class": "n" }, [String(count)])], current, function () {
    choose(name, value[0]);
  });
  made.setAttribute("data-value", value[0]);
  return made;
}

function drawChosen() {
  var chips = [];
  known.facets.forEach(function (facet) {
    facet.values.forEach(function (value) {
      if (chosen[facet.name] !== value[0]) return;
      var next = Object.assign({}, chosen);
      delete next[facet.name];
      var made = chip(address(answer.query, next), [value[1], " ×"], true, function () { choose(facet.name, value[0]); });
      made.setAttribute("aria-label", word("remove", { label: value[1] }));
      chips.push(made);
    });
  });
  if (chips.length) facetsAt.appendChild(element("div", { "class": "chips chosen" }, chips));
}

// ── Nothing found: never a dead end ──

function drawEmpty() {
  if (answer.results.length) return;
  rest.appendChild(element("div", { "class": "empty" }, [
    element("h2", {}, [word("none", { query: answer.query })]), element("p", {}, [word("none.say")])
  ]));
  var named = unique(answer.atoms.map(function (each) {
    return each.terms.map(function (key) { return key + "\n" + each.text; });
  })).map(function (pair) { return pair.split("\n"); });
  section("", named.map(function (pair) { return [pair[0] + ".html", pair[1]]; }));
  known.facets.forEach(function (facet) {
    var pages = facet.values.filter(function (value) { return value[2]; });
    section(words["none." + facet.name] || facet.title, pages.map(function (value) { return [value[2], value[1]]; }));
  });
  var submit = list.getAttribute("data-submit");
  if (!submit) return; // the portal takes nothing in, or the page says it already
  rest.appendChild(element("section", { "class": "sec rule" }, [
    element("h2", {}, [word("none.need")]),
    element("p", {}, [word("none.need.say")]),
    element("p", { "class": "row" }, [element("a", { "class": "btn", href: submit }, [word("none.need.link")])])
  ]));
}

function section(title, links) {
  if (!links.length) return;
  var made = element("section", { "class": "sec" }, title ? [element("h2", {}, [title])] : []);
  made.appendChild(element("div", { "class": "chips" }, links.map(function (link) { return chip(link[0], [link[1]]); })));
  rest.appendChild(made);
}
