/* What is shown where nothing fits: near names, telephone lines, the way to say what is needed. */

// ── Nothing found: never a dead end ──

var MOST_NEAREST = 2; // names

// What has to do with a crop or an animal of one character that was said in a longer word: 奶 in 奶酪坊.
function loosened(found, text) {
  var said = Array.from(new Set(text)).filter(function (char) {
    return own(found.lex.f, char) && found.lex.f[char].some(function (key) { return key.indexOf("industry/") === 0; });
  });
  var atoms = said.map(function (char) { return named(char, [char], found.lex); });
  return looked(atoms).then(function (hits) {
    var near = rank(atoms, hits, total(found.parts), false);
    return near.results.length ? Object.assign(found, { stage: "some", sure: 0, results: near.results }) : found;
  });
}

function drawEmpty() {
  var paged = namedPages();
  return (answer.pages.length ? Promise.resolve(null) : nearest()).then(function (names) {
    if (names) {
      var near = names.map(function (pair) { return askFor(pair[0], pair[1]); });
      rest.appendChild(element("div", { "class": "empty" }, near.length ?
        [element("p", {}, [word("none.near")]), chipsOf(near), element("p", { "class": "gap" }, [word("none.say")])] :
        [element("p", {}, [word("none.say")])]));
      section(word("none.pages"), paged.map(function (key) { return element("a", { href: key + ".html" }, [answer.lex.n[key]]); }));
    }
    drawContacts(paged);
    drawNeed();
    known.facets.forEach(function (facet) {
      var tops = facet.values.filter(function (value) { return value[2]; });
      section(words["none." + facet.name] || facet.title, tops.map(function (value) { return element("a", { href: value[2] }, [value[1]]); }));
    });
    showStatic(false);
  });
}

// The terms with a page that were named.
function namedPages() {
  return unique(answer.atoms.map(function (each) { return each.terms; })).filter(function (key) { return own(answer.lex.n, key); });
}

// The names that are most like the words that nothing was found for: a letter or a character or two are different.
function nearest() {
  return Promise.all(answer.atoms.filter(function (each) { return !each.terms.length; }).slice(0, MOST_NEAREST).map(function (each) {
    var run = Array.from(each.text).slice(0, LONGEST_SLIP);
    if (run.length < 2) return [];
    var letters = /^[a-z]+$/.test(each.text);
    if (isLatin(each.text) && !letters) return [];
    // names that begin with the same character or with the next one
    var near = letters ? json(fileFor("pinyin", each.text)) : namesFor(run[0] + run[1]).then(function (lex) { return { "": Object.keys(lex.f) }; });
    return near.then(function (file) {
      var found = new Map();
      Object.keys(file).forEach(function (key) {
        if (letters && Math.abs(key.length - each.text.length) > 3) return;
        file[key].forEach(function (name) {
          var far = letters ? apart(Array.from(key), Array.from(each.text)) / each.text.length : apart(Array.from(name), run) / run.length;
          if (far <= (letters ? 0.35 : 0.5) && (!found.has(name) || far < found.get(name))) found.set(name, far);
        });
      });
      return Array.from(found).map(function (pair) { return [pair[1], each.text, pair[0]]; });
    });
  })).then(function (found) {
    return [].concat.apply([], found).sort(function (a, b) { return a[0] - b[0]; }).slice(0, MOST_NEAREST).map(function (near) {
      return near.slice(1);
    });
  });
}

// How many characters have to be changed, added or left out.
function apart(one, other) {
  var row = one.map(function (_, i) { return i + 1; });
  other.forEach(function (char, j) {
    var left = j + 1;
    var corner = j;
    one.forEach(function (mine, i) {
      var now = Math.min(left + 1, row[i] + 1, corner + (mine === char ? 0 : 1));
      corner = row[i];
      row[i] = left = now;
    });
  });
  return row.length ? row[row.length - 1] : other.length;
}

// A telephone line stands here only when the portal has one for a place that was named, and a record that says so.
function drawContacts(paged) {
  var at = document.getElementById("search-contacts");
  var names = paged.map(function (key) { return answer.lex.n[key]; });
  var here = (at ? JSON.parse(at.textContent) : []).filter(function (each) {
    return names.some(function (name) { return name === each.at || name.indexOf(each.at + " ") === 0; });
  });
  here.forEach(function (each) {
    var text = element("div", {}, [element("strong", {}, [word("none.ring")]), element("p", { "class": "q" }, [each.title])]);
    if (each.note) text.appendChild(element("p", { "class": "q" }, [each.note]));
    text.appendChild(element("a", { "class": "go", href: each.record }, [word("none.ring.source")]));
    rest.appendChild(element("div", { "class": "tel" }, [text, element("a", { href: "tel:" + each.tel }, [each.phone])]));
  });
}

function drawNeed() {
  var submit = list.getAttribute("data-submit");
  if (!submit) return; // the portal takes nothing in
  rest.appendChild(element("section", { "class": "sec rule" }, [
    element("h2", {}, [word("none.need")]),
    element("p", {}, [word("none.need.say")]),
    element("p", { "class": "row gap" }, [element("a", { "class": "btn", href: withQuery(submit) }, [word("none.need.link")])])
  ]));
}

function section(title, children) {
  if (!children.length) return;
  rest.appendChild(element("section", { "class": "sec" }, [element("h2", {}, [title]), chipsOf(children)]));
}

function chipsOf(children) {
  return element("div", { "class": "chips" }, children);
}
