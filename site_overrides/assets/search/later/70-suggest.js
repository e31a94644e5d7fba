/* Suggestions while typing: a combobox with a listbox, as the ARIA Authoring Practices describe it. */

// ── Suggestions ──
// The page comes with a plain field; the script makes it a combobox. A suggestion that has a page leads to it, any
// other is searched for. Enter without a chosen suggestion searches for what was typed, as ever.

var LONGEST_TYPED = 24; // characters of what may still be the beginning of a name
var SUGGEST_FILES = 512;
var SUGGEST_WAIT = 120; // milliseconds without a key before anything is fetched
var SUGGESTED = 8;
var ALIKE = 4; // of one kind, while there are others

// The file of a beginning, as generator/suggest.py reckons it.
function suggestFile(beginning) {
  return Array.from(beginning).reduce(function (number, char) { return (number * 31 + char.codePointAt(0)) % SUGGEST_FILES; }, 0);
}

function suggestPart(beginning) {
  return json("search/suggest/" + suggestFile(beginning) + ".json");
}

// What begins with these words: the file of the first character says whether there is a longer beginning to fetch. A
// traditional character is read as the simple one, whose file is another; what to show for it alone is in its own.
function suggestions(text) {
  var typed = fold(text).replace(/\s+/g, " ").replace(/^ /, "");
  var letter = Array.from(typed)[0];
  if (!letter || typed.length > LONGEST_TYPED) return Promise.resolve([]);
  return suggestPart(letter).then(function (part) {
    var first = simplify(letter, part.t);
    if (typed === letter) return matching(first, first, part, letter);
    return (first === letter ? Promise.resolve(part) : suggestPart(first)).then(function (other) {
      var asked = simplify(simplify(typed, part.t), other.t);
      var beginning = beginningOf(asked, first, other);
      if (beginning === first) return matching(asked, first, other);
      return suggestPart(beginning).then(function (last) {
        return matching(simplify(asked, last.t), beginning, last);
      });
    });
  });
}

function beginningOf(asked, first, part) {
  if (asked === first || !own(part.s, first)) return first;
  var longest = part.s[first].reduce(function (before, each) {
    return asked.indexOf(each) === 0 && each.length > before.length ? each : before;
  }, first);
  return Array.from(asked).slice(0, Array.from(longest).length + 1).join("");
}

function matching(asked, beginning, part, filed) {
  var row = own(part.g, filed || beginning) ? part.g[filed || beginning] : [];
  var found = [];
  for (var i = 0; i < row.length; i += 2) {
    var entry = part.e[row[i]];
    var label = simplify(fold(entry[0]), part.t);
    var at = typeof row[i + 1] === "number" ? row[i + 1] : -1;
    var name = at < 0 ? beginning + row[i + 1] : label.slice(at);
    if (name.indexOf(asked) !== 0) continue;
    if (at < 0 && label.length === entry[0].length) at = label.indexOf(name);
    found.push({
      label: entry[0], kind: part.k[entry[1]], address: entry[2] || "", detail: entry[3] || "", count: entry[4] || 0,
      at: at, size: asked.length, also: isLatin(name) || label.indexOf(name) >= 0 ? "" : name, whole: name === asked
    });
  }
  return chosenFew(found.filter(function (each) { return each.whole; }).concat(found.filter(function (each) { return !each.whole; })));
}

// Each once, by what it looks like; not more than a few of a kind before all others have had their turn.
function chosenFew(found) {
  var seen = new Set();
  var kinds = {};
  var later = [];
  var few = found.filter(function (each) {
    var look = [each.label, each.kind[0], each.detail].join("\n");
    if (seen.has(look)) return false;
    seen.add(look);
    kinds[each.kind[0]] = (kinds[each.kind[0]] || 0) + 1;
    if (kinds[each.kind[0]] <= ALIKE) return true;
    later.push(each);
    return false;
  });
  if (few.length < SUGGESTED) few = few.concat(later.slice(0, SUGGESTED - few.length));
  return few.slice(0, SUGGESTED).sort(function (a, b) { return found.indexOf(a) - found.indexOf(b); });
}

function startSuggesting() {
  var box = element("ul", { id: "suggest", role: "listbox", "class": "sugg", "aria-label": word("suggest.label"), hidden: "" });
  var said = element("p", { "class": "vh", role: "status" });
  var shown = [];
  var active = -1;
  var timer = 0;
  var asked = 0;
  var composing = false;
  [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-expanded", "false"], ["aria-controls", box.id]]
    .forEach(function (each) { input.setAttribute(each[0], each[1]); });
  form.appendChild(box);
  form.appendChild(said);

  function close() {
    clearTimeout(timer);
    asked += 1;
    shown = [];
    mark(-1);
    box.hidden = true;
    clear(box);
    input.setAttribute("aria-expanded", "false");
    said.textContent = "";
  }

  function mark(number) {
    if (box.children[active]) box.children[active].setAttribute("aria-selected", "false");
    active = number;
    var option = box.children[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function open(found) {
    if (!found.length) {
      close();
      return;
    }
    shown = found;
    active = -1;
    input.removeAttribute("aria-activedescendant");
    clear(box);
    found.forEach(function (each, i) { box.appendChild(option(each, i)); });
    box.hidden = false;
    input.setAttribute("aria-expanded", "true");
    said.textContent = word("suggest.n", { n: found.length });
  }

  function ask() {
    var mine = ++asked;
    return suggestions(input.value).then(function (found) {
      if (mine === asked && !composing && document.activeElement === input) open(found);
    }, function () {
      if (mine === asked) close(); // the search itself says when there is no line
    });
  }

  function soon() {
    clearTimeout(timer);
    if (!input.value.trim()) close();
    else timer = setTimeout(ask, SUGGEST_WAIT);
  }

  function choose(each) {
    close();
    if (each.address) {
      location.href = base + each.address + ".html";
      return;
    }
    input.value = each.label;
    history.pushState(null, "", address(each.label, {}));
    go();
  }

  function option(each, number) {
    var label = each.at < 0 ? [each.label] : [
      each.label.slice(0, each.at), element("b", {}, [each.label.slice(each.at, each.at + each.size)]), each.label.slice(each.at + each.size)
    ];
    var seal = element("i", { "class": each.address ? "seal" + (each.kind[2] ? " k-" + each.kind[2] : "") : "seal ask", "aria-hidden": "true" }, [
      each.address ? each.kind[1] : ""
    ]);
    var name = element("span", {}, label);
    if (each.also) name.appendChild(element("span", { "class": "q" }, [" " + word("suggest.also", { name: each.also })]));
    // the seal says of which kind it is to those who see it, where there is something better to say
    var about = element("span", { "class": "q" }, [
      element("span", each.detail && each.address && each.kind[1] ? { "class": "vh" } : {}, [each.kind[0]]),
      each.detail ? " " + each.detail : "", each.count ? " · " : "",
      element("span", { "class": "n" }, each.count ? [word("suggest.count", { n: each.count })] : [])
    ]);
    var made = element("li", { role: "option", id: "suggest-" + number, "aria-selected": "false" }, [
      seal, element("span", { "class": "two" }, [name, " ", about])
    ]);
    made.addEventListener("click", function () { choose(each); });
    return made;
  }

  var keys = {
    ArrowDown: function (event) {
      if (box.hidden) ask().then(function () { if (shown.length && !event.altKey) mark(0); });
      else mark(active + 1 < shown.length ? active + 1 : 0);
    },
    ArrowUp: function (event) {
      if (event.altKey) close();
      else if (box.hidden) ask().then(function () { mark(shown.length - 1); });
      else mark(active > 0 ? active - 1 : shown.length - 1);
    },
    Home: function () { mark(0); },
    End: function () { mark(shown.length - 1); },
    Enter: function () { choose(shown[active]); },
    Escape: function () {
      if (box.hidden) input.value = "";
      close();
    }
  };

  input.addEventListener("keydown", function (event) {
    if (event.isComposing || composing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Tab") close();
    if (!own(keys, event.key) || (active < 0 && /^(Home|End|Enter)$/.test(event.key))) {
      if (/^(Home|End|ArrowLeft|ArrowRight)$/.test(event.key)) mark(-1);
      return;
    }
    event.preventDefault();
    keys[event.key](event);
  });
  input.addEventListener("compositionstart", function () {
    composing = true;
    close();
  });
  input.addEventListener("compositionend", function () {
    composing = false;
    soon();
  });
  input.addEventListener("input", function (event) {
    if (!composing && !event.isComposing) soon();
  });
  input.addEventListener("blur", close);
  box.addEventListener("mousedown", function (event) { event.preventDefault(); }); // the field keeps the keyboard
  form.addEventListener("submit", close);
  // somebody was quicker than this script
  if (document.activeElement === input && input.value.trim() !== readAddress().query) soon();
}

startSuggesting();
