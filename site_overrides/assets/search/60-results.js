/* What is shown: what was found and how sure it is, what was understood, cards. */

var MOST_CHOICES = 6; // meanings of a name, and what a sign may come from
var toMark = []; // the words that are marked in cards, the longest first

// ── From an answer to a page ──

function show() {
  var mine = turn;
  return prepare().then(function () {
    if (mine !== turn) return null;
    order(answer.results);
    toMark = wordsToMark();
    var results = narrowed([]);
    [list, rest].forEach(clear);
    list.setAttribute("data-total", String(results.length));
    drawHints();
    if (late) {
      late.drawFacets();
      late.drawOthers();
    }
    tell(summary(results));
    showStatic(true);
    var drawn = answer.results.length ? Promise.resolve() : later().then(function () { return late.drawEmpty(); });
    return drawn.then(function () { return mine === turn ? drawCards(results, 0, PAGE) : null; });
  }).then(function () {
    if (mine !== turn || !answer.results.length || !answer.missing.length) return;
    later().then(function () { if (mine === turn) late.drawContacts(late.namedPages()); }).catch(report);
  });
}

// What a choice in the address needs is in the script that comes later.
function prepare() {
  if (!late && !Object.keys(chosen).length) return Promise.resolve();
  return later().then(function () { return late.prepareChoices(); });
}

function newest() {
  return chosen.sort === "new";
}

// By stage; then by score, types in the order of the portal, newest first, by number, which never changes by itself.
// Who wants the newest first gets them by their days, what fits in part still after what fits.
function order(results) {
  var standing = standings(answer.parts);
  results.forEach(function (result) {
    result.keys = standing(result.id);
    result.day = (newest() && late.dates.rows[known.at.get(result.id)]) || 9999;
  });
  results.sort(function (a, b) {
    var stage = newest() ? partly(a) - partly(b) || a.day - b.day : a.level - b.level;
    return stage || (Math.abs(a.score - b.score) > 1e-9 ? b.score - a.score : 0) ||
      a.keys[0] - b.keys[0] || a.keys[1] - b.keys[1] || (a.keys[2] < b.keys[2] ? -1 : a.keys[2] > b.keys[2] ? 1 : 0) ||
      (a.id < b.id ? -1 : 1);
  });
}

function partly(result) {
  return result.level > 0 ? 1 : 0;
}

function narrowed(but) {
  var names = Object.keys(chosen).filter(function (name) { return name !== "sort" && but.indexOf(name) < 0; });
  return answer.results.filter(function (result) {
    return names.every(function (name) { return late.has(result, name, chosen[name]); });
  });
}

// The choices that count: conditions of the address that mean something here.
function conditions() {
  return Object.keys(chosen).filter(function (name) { return late.facetOf(name) || late.kindFacet(name); });
}

function quoted(texts) {
  return texts.join(word("quote"));
}

// What was found, in one or two sentences; never more than is true.
function summary(results) {
  if (!answer.results.length) return word(answer.pages.length ? "pages" : "none", { query: answer.query });
  if (!results.length) return word("narrowed.none");
  var whole = results.filter(function (result) { return !partly(result); }).length;
  var left = results.length - whole;
  var parts = [];
  var n = { n: results.length, whole: whole, part: left, words: quoted(answer.words), absent: quoted(answer.absent), passed: quoted(answer.passed), missing: quoted(answer.missing) };
  n.as = word(answer.atoms.length > 1 ? "as.part" : "as.near");
  if (answer.stage === "some") parts.push(word("some", n));
  else if (answer.stage === "concepts") parts.push(word("concepts", n));
  else if (answer.absent.length) parts.push(word("absent", n));
  if (answer.passed.length) parts.push(word("passed", n));
  var said = conditions().length ? "narrowed" : answer.missing.length && answer.stage === "all" ? "wider" : "found";
  parts.push(word(said + (whole && left ? ".part" : ""), n));
  return parts.join(word("space"));
}

// ── What was understood ──
// A slip that was read as a name, letters read as pinyin; a name of several things and what a sign may come from, as
// a choice. Each choice is a search of its own.

function drawHints() {
  clear(hints);
  var notes = answer.read.map(readNote).concat(answer.atoms.map(severalNote), answer.atoms.map(signNote));
  notes = notes.filter(Boolean);
  if (notes.length) hints.appendChild(element("div", { "class": "note" }, notes));
}

function readNote(each) {
  var names = each.names.map(function (choice) { return choice[0]; }).join(" ");
  var line = word(isLatin(each.said) && !isLatin(names) ? "read.sound" : "read", { said: each.said, names: names });
  var others = each.names.length === 1 ? each.names[0].slice(1) : [];
  return note([line, others.length ? word("read.others") : ""].join(word("space")), others.map(function (name) {
    return [askFor(each.said, name)];
  }));
}

function severalNote(each) {
  var seen = {};
  var labelled = each.terms.filter(function (key) {
    var label = labelOf(key);
    if (!label || own(seen, label)) return false;
    seen[label] = true;
    return true;
  }).slice(0, MOST_CHOICES);
  if (labelled.length < 2) return null;
  return note(word("several", { word: each.text }), labelled.map(function (key) { return meaning(each.text, key); }));
}

function labelOf(key) {
  return own(answer.lex.n, key) ? answer.lex.n[key] : own(answer.lex.l, key) ? answer.lex.l[key] : "";
}

// A meaning: a search for it, and its page if it has one. A name that is ambiguous itself is said with its place.
function meaning(said, key) {
  var label = labelOf(key);
  var name = label.split(" ").pop();
  var alone = !own(answer.lex.f, name) || answer.lex.f[name].length === 1;
  var ask = askFor(said, alone ? name : label, label);
  if (!own(answer.lex.n, key)) return [ask];
  var link = element("a", { "class": "go", href: key + ".html" }, [word("page")]);
  link.setAttribute("aria-label", word("page.of", { name: label }));
  return [ask, link];
}

// Whether a word names what a sign may befall: a crop, an animal.
function isHost(each) {
  var sign = each.terms.some(function (key) { return own(answer.lex.c, key); });
  return each.terms.length > 0 && !each.soft && !sign && !ofPlace(each) && !ofBody(each);
}

function signNote(each) {
  var signs = each.terms.filter(function (key) { return own(answer.lex.c, key); });
  if (!signs.length) return null;
  var hosts = unique(answer.atoms.map(function (other) { return other.terms; })).filter(function (key) {
    return own(answer.lex.n, key);
  });
  var all = [].concat.apply([], signs.map(function (key) { return answer.lex.c[key]; }));
  function befalls(candidate) {
    return candidate[1].split(" ").some(function (host) { return hosts.indexOf(host) >= 0; });
  }
  var near = all.filter(befalls);
  var names = near.concat(all.filter(function (candidate) { return !candidate[1]; }));
  names = unique([(names.length ? names : all).map(function (candidate) { return candidate[0]; })]).slice(0, MOST_CHOICES);
  return note(word("sign", { word: each.text }), names.map(function (name) { return [askFor(each.text, name)]; }),
    word(near.length || answer.atoms.some(isHost) ? "sign.then" : "sign.more"));
}

function note(text, choices, then) {
  var made = element("div", {}, [element("p", {}, [text])]);
  if (choices.length) {
    made.appendChild(element("ul", { "class": "picks" }, choices.map(function (choice) { return element("li", {}, choice); })));
  }
  if (then) made.appendChild(element("p", { "class": "q" }, [then]));
  return made;
}

function askFor(said, name, label) {
  var query = fold(answer.query);
  var next = query.indexOf(said) >= 0 ? query.replace(said, function () { return name; }) : name;
  return element("a", { href: address(next, {}), "class": "tool" }, [label || name]);
}

// ── Cards ──

function drawCards(results, from, size) {
  var mine = turn;
  var page = results.slice(from, from + size);
  clear(more);
  return Promise.all(page.map(card)).then(function (cards) {
    if (mine !== turn) return;
    cards.forEach(function (each, i) {
      var before = results[from + i - 1];
      if (before && partly(page[i]) && !partly(before)) {
        list.appendChild(element("li", { "class": "part" }, [element("h2", {}, [word(answer.atoms.length > 1 ? "part" : "near")])]));
      }
      if (each) list.appendChild(each);
    });
    if (!from && !conditions().length) {
      // what was named itself comes before what only stands for it
      var first = list.children[0] || null;
      var after = list.children[PAGES_AFTER] || null;
      answer.pages.forEach(function (key) {
        var lost = answer.atoms.some(function (each) { return each.terms.indexOf(key) >= 0 && answer.missing.indexOf(each.text) >= 0; });
        list.insertBefore(pageCard(key), lost ? first : after);
      });
    }
    var left = results.length - from - size;
    if (left > 0) more.appendChild(moreButton(results, from + size, left));
    list.setAttribute("data-state", "done");
  });
}

function moreButton(results, from, left) {
  var button = element("button", { type: "button", "class": "btn two" }, [word("more", { n: Math.min(MORE, left) })]);
  button.addEventListener("click", function () {
    list.setAttribute("data-state", "busy");
    var next = list.children.length;
    drawCards(results, from, MORE).then(function () {
      for (var at = list.children[next]; at; at = at.nextSibling) {
        var link = at.querySelector("a");
        if (link) { link.focus(); return; }
      }
    });
  });
  return button;
}

function card(result) {
  return cardOf(result.id).then(function (found) {
    if (!found) return null;
    var tone = found[4] ? " k-" + found[4] : "";
    var made = element("li", { "class": "card" + tone, "data-record": found[0] });
    if (found[3]) made.appendChild(element("b", { "class": "seal", "aria-hidden": "true" }, [found[3]]));
    if (found[5]) made.appendChild(element("p", { "class": "at" }, marked(found[5])));
    made.appendChild(element("h3", {}, [element("a", { href: found[0] + ".html" }, [element("span", {}, marked(found[1]))])]));
    made.appendChild(element("p", { "class": "q" }, [found[2] + dated(result)]));
    found.slice(6).forEach(function (line) { made.appendChild(element("p", {}, marked(line))); });
    return made;
  });
}

function dated(result) {
  var day = newest() && late.dates.values[result.day - 1];
  return day ? word("dated") + word("dated." + day[1], { day: day[0] }) : "";
}

function pageCard(key) {
  var label = answer.lex.n[key].split(" ");
  var made = element("li", { "class": "card bare", "data-record": key });
  if (label.length > 1) made.appendChild(element("p", { "class": "at" }, [label.slice(0, -1).join(" ")]));
  made.appendChild(element("h3", {}, [element("a", { href: key + ".html" }, [element("span", {}, [label[label.length - 1]])])]));
  made.appendChild(element("p", {}, [word("holding.none")]));
  return made;
}

// Words that are marked: what was asked, and every name of the same thing that is at hand: who asks for 土豆 sees why
// 马铃薯 was found. Of a word that is no name, pairs of characters too, since these are what was searched.
function wordsToMark() {
  var lex = answer.lex;
  var found = new Set();
  var terms = new Set();
  answer.atoms.forEach(function (each) {
    found.add(each.text);
    each.terms.forEach(function (key) {
      terms.add(key);
      if (own(lex.n, key)) found.add(fold(lex.n[key].split(" ").pop()));
      if (own(lex.l, key)) found.add(fold(lex.l[key]));
    });
    var run = Array.from(each.text);
    if (!each.terms.length && !isLatin(each.text)) run.slice(1).forEach(function (_, i) { found.add(run[i] + run[i + 1]); });
  });
  Object.keys(lex.f).forEach(function (name) {
    if (name.length > 1 && lex.f[name].some(function (key) { return terms.has(key); })) found.add(name);
  });
  return Array.from(found).filter(Boolean).sort(function (a, b) { return b.length - a.length; });
}

// A text in pieces: text and <mark> elements.
function marked(text) {
  var low = text.toLowerCase();
  if (low.length !== text.length) return [text];
  var here = toMark.filter(function (each) { return low.indexOf(each) >= 0; });
  var pieces = [];
  var from = 0;
  var at = 0;
  while (here.length && at < text.length) {
    var hit = here.filter(function (each) { return low.startsWith(each, at); })[0];
    if (!hit) { at += 1; continue; }
    if (at > from) pieces.push(text.slice(from, at));
    from = at + hit.length;
    pieces.push(element("mark", {}, [text.slice(at, from)]));
    at = from;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

// ── What the page says about not finding anything ──

// Unless it is said with more detail above.
function showStatic(shown) {
  var told = document.getElementById("not-found");
  var submit = list.getAttribute("data-submit");
  if (!told) return;
  told.hidden = !shown;
  if (submit) told.querySelector("a").setAttribute("href", withQuery(submit));
}

// An address to which the words of the query go along, so that nobody has to write them again.
function withQuery(to) {
  var parts = to.split("#");
  parts[0] += (parts[0].indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(answer.query);
  return parts.join("#");
}
