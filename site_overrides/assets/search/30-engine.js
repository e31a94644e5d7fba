/* What is fetched: Pagefind, its bundles, facets, cards. */

// ── What is fetched ──

var ROOT = ""; // the bundle that is always asked; a large portal has one more for each province
var EVERYWHERE = "all";
var CARDS_PER_FILE = 20;
var MOST_SPANNED = 3; // index files over which what begins with one character is looked for
var SIGNED = 12; // bytes that say whose file it is
var bundles = new Map();
var asking = [ROOT];
var at = ""; // the province chosen, as it stands in the address
var others = element("div", { id: "elsewhere" });
more.parentNode.insertBefore(others, rest);

// What the script that runs ahead has asked for is not asked for again.
function got(path, options) {
  var ahead = window.kezhuAhead || {};
  var coming = ahead[path] || fetch(base + path, options);
  delete ahead[path];
  return coming.then(function (answer) {
    if (!answer.ok) throw new Error(path + ": " + answer.status);
    return answer;
  });
}

// What is fetched once under a key; what failed may be asked for again.
function once(held, key, make) {
  if (!held.has(key)) {
    held.set(key, make());
    held.get(key).catch(function () { held.delete(key); });
  }
  return held.get(key);
}

function json(path) {
  return once(files, path, function () {
    return got(path).then(function (answer) { return answer.json(); });
  });
}

// A bundle: {name, path, entry, total, numbers}; numbers(word, begins) promises the documents that hold a word, or any
// that begins with it. made: what its cards and facets are asked for with, so that those of yesterday are not taken.
function bundle(name) {
  return once(bundles, name, function () {
    var path = "pagefind/" + (name ? name + "/" : "");
    return got(path + "pagefind-entry.json", FRESH).then(function (answer) {
      return answer.json();
    }).then(function (entry) {
      var part = { name: name, path: path, entry: entry, made: "?" + entry.made, total: entry.languages[Object.keys(entry.languages)[0]].page_count };
      if (window.DecompressionStream) part.numbers = reader(path, entry.index);
      return part.numbers ? part : program(part);
    });
  });
}

// ── Pagefind's index files ──
// They are read here: Pagefind's own program would be 81 kB more before the first result. Only where the browser cannot
// unpack gzip is it fetched. table: the first word and the name of each file, in the order of the words.

function reader(path, table) {
  var held = new Map();
  function words(n) {
    return once(held, n, function () {
      return got(path + "index/" + table[n + 1] + ".pf_index").then(function (answer) { return answer.blob(); }).then(unpacked).then(wordsIn);
    });
  }
  return function (word, begins) {
    var first = 0;
    while (first + 2 < table.length && table[first + 2] <= word) first += 2;
    var last = first;
    while (begins && last + 2 < table.length && table[last + 2].indexOf(word) === 0 && last - first < 2 * MOST_SPANNED - 2) last += 2;
    var wanted = [];
    for (var n = first; n <= last; n += 2) wanted.push(words(n));
    return Promise.all(wanted).then(function (found) {
      if (!begins) return found[0].get(word) || [];
      return unique(found.map(function (each) {
        return unique(Array.from(each.keys()).filter(function (key) { return key.indexOf(word) === 0; }).map(function (key) { return each.get(key); }));
      }));
    });
  };
}

// Some hosts unpack before they send.
function unpacked(blob) {
  return blob.slice(0, 1).arrayBuffer().then(function (first) {
    return new Uint8Array(first)[0] !== 31 ? blob.arrayBuffer() :
      new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  });
}

// CBOR, as far as an index file has it: [[[word, [[step to the next document, [1], []] …], []] …]].
function wordsIn(buffer) {
  var data = new Uint8Array(buffer);
  var at = SIGNED + 1;
  var found = new Map();
  function head() {
    var number = data[at++] & 31;
    if (number < 24) return number;
    var size = 1 << number - 24;
    for (number = 0; size > 0; size--) number = number * 256 + data[at++];
    return number;
  }
  for (var left = head(); left > 0; left--) {
    at += 1;
    var end = head() + at;
    var word = String.fromCharCode.apply(null, data.subarray(at, end));
    at = end;
    var numbers = [];
    for (var more = head(), number = 0; more > 0; more--) {
      at += 1;
      number += head();
      numbers.push(number);
      at += 3;
    }
    at += 1;
    found.set(word, numbers);
  }
  return found;
}

// Pagefind's program. A word in quotes is looked up as it is; without, it finds what begins with it. The number of a
// document stands in its bundle with the last digit first, in which way it packs better.
function program(part) {
  return import(base + "pagefind/pagefind.js").then(function (module) {
    var path = base + part.path;
    var own = module.createInstance({ noWorker: true, basePath: path, metaCacheTag: String(Date.now()) });
    part.numbers = function (word, begins) {
      return own.search(begins ? word : '"' + word + '"').then(function (answer) {
        return answer.results.map(function (result) { return parseInt(Array.from(result.id).reverse().join(""), 16); });
      });
    };
    return part;
  });
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

// A code stands in the index with the mark of its place behind it. One character alone is also asked as the beginning
// of the pairs that it opens.
function postings(token, part) {
  return once(lists, part.name + " " + token, function () {
    var marks = token[0] === "y" ? { s: 10, f: 2, x: 1, r: 0.5 } : { t: 5, x: 1 };
    var asked = Object.keys(marks).map(function (mark) { return [part.numbers(token + mark), marks[mark]]; });
    if (/^[b-o]...$/.test(token)) asked.push([part.numbers(token, true), 1]);
    return Promise.all(asked.map(function (each) { return each[0]; })).then(function (answers) {
      var hit = new Map();
      answers.forEach(function (numbers, i) {
        numbers.forEach(function (number) {
          var id = idOf(part, number);
          hit.set(id, Math.max(asked[i][1], hit.get(id) || 0));
        });
      });
      return hit;
    });
  });
}

function idOf(part, number) {
  return part.name + ":" + ("000000" + number.toString(16)).slice(-7);
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

// A name of three characters or more, of one, or of a body, that means one thing and finds something is not asked as a
// word as well: each word may cost a slow line a file, and 南农 stands in 河南农业, 鱼 in 嘉鱼. In a long sentence no name is.
function lookUp(atoms) {
  function sure(each) {
    var named = each.brief ? each.concepts.length > 0 : each.concepts.length === 1 && (each.text.length !== 2 || ofBody(each));
    return named && each.gone.indexOf(each.concepts[0]) < 0;
  }
  function codesOf(some, kind) {
    return unique(some.map(function (each) {
      return each[kind].filter(function (code) { return each.gone.indexOf(code) < 0; });
    }));
  }
  var words = codesOf(atoms.filter(function (each) { return !sure(each); }), "words");
  return collect(codesOf(atoms, "concepts").concat(words), new Map()).then(function (hits) {
    return collect(codesOf(atoms.filter(function (each) { return sure(each) && !hits.get(each.concepts[0]).size; }), "words"), hits);
  });
}

// ── Cards ──

// What a card shows: those of documents with near numbers stand in one file.
function cardOf(id) {
  var name = id.slice(0, id.indexOf(":"));
  return bundle(name).then(function (part) {
    var place = placeOf(parseInt(id.slice(name.length + 1), 16), part.entry.filed);
    return json(part.path + "cards/" + Math.floor(place / CARDS_PER_FILE) + ".json" + part.made).then(function (cards) {
      return cards[place % CARDS_PER_FILE];
    });
  });
}

// The place of a card: those of documents about the same stand together, in the order of their numbers.
// runs: about what so many documents in turn are, as a number, and how many they are: [3, 12, 0, 1, …]
function placeOf(number, runs) {
  var at = 0;
  var place = number;
  while (place >= runs[at + 1]) { place -= runs[at + 1]; at += 2; }
  for (var i = 0; i < runs.length; i += 2) {
    if (runs[i] < runs[at] || (runs[i] === runs[at] && i < at)) place += runs[i + 1];
  }
  return place;
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
