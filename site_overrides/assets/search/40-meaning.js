/* What the words of a query mean: names, pinyin, slips. */

// ── What the words of a query mean ──

function namesFor(text) {
  return namesIn(namePaths(text));
}

function namesIn(paths) {
  return Promise.all(paths.map(namesOn)).then(together);
}

function namesOn(path) {
  return once(lexes, path, function () {
    return json(path).then(function (file) { return lexOf(file, /\d+/.exec(path)[0]); });
  });
}

// What a file of names says, for atomsOf: a line for each concept, as generator/namefiles.py has written it.
function lexOf(file, number) {
  var lex = { f: {}, w: {}, n: {}, s: {}, l: {}, c: {}, t: {}, p: file.p || {}, k: file.k || {}, h: {}, e: {} };
  var count = 0;
  if (file.k) lex.h[number] = 1;
  Array.from(file.t || "").forEach(function (char, i, all) { if (i % 2) lex.t[all[i - 1]] = char; });
  Object.keys(file.v || {}).forEach(function (vocabulary) {
    rows(file.v[vocabulary]).forEach(function (row) {
      var key = vocabulary + "/" + row[0];
      parts(row[1]).forEach(function (name) { lex.f[name] = [key]; });
      if (row[2]) lex.n[key] = row[2];
      if (row[3]) lex.w[key] = parts(row[3]).map(function (wider) { return wider.indexOf("/") < 0 ? vocabulary + "/" + wider : wider; });
      if (row[4]) lex.s[key] = 1;
      if (row[5]) lex.l[key] = row[5];
      for (var i = 6; i < row.length; i += 2) lex.c[key] = (lex.c[key] || []).concat([[row[i], row[i + 1] || ""]]);
      if (file.e && file.e[count] === "1") lex.e[key] = 1;
      count += 1;
    });
  });
  rows(file.m).forEach(function (row) {
    parts(row[0]).forEach(function (name) { lex.f[name] = parts(row[1]); });
  });
  return lex;
  function rows(lines) {
    return lines ? lines.split("\n").map(function (line) { return line.split("\t"); }) : [];
  }
  function parts(text) {
    return text ? text.split(";") : [];
  }
}

// ── Long sentences ──
// Each character of a query is a file of names; of a long sentence, only those are asked for with which names begin.

var LONG = 14; // characters
var BEGINNINGS = 262144; // as generator/hearing.py has them
var BEGUN = "search/begun.json";
var begun = null; // once it is there, bits for the beginnings of names; nothing waits for it

function learnBegun() {
  return json(BEGUN).then(function (file) { begun = atob(file.bits); });
}

function isLong(text) {
  return begun !== null && text.length > LONG;
}

function pathsFor(text) {
  if (!isLong(text)) return namePaths(text);
  return unique((text.match(RUN) || []).map(function (run) {
    if (isLatin(run)) return namePaths(run);
    return Array.from(run).filter(function (char, i, all) {
      return [char, char + (all[i + 1] || "")].some(begins);
    }).map(function (char) { return namePath(fileOf(char, FORM_FILES)); });
  })).slice(0, MOST_NAMES);
}

function begins(start) {
  var number = fileOf(start, BEGINNINGS);
  return (begun.charCodeAt(number >> 3) >> (number & 7) & 1) === 1;
}

// What is no name in a sentence of which only names were asked for: passed over beside a crop or the like, beside a body
// and a place, and where two other things are named; else asked for as in any other.
function completed(asked) {
  function isOdd(each) {
    return !each.terms.length && !isLatin(each.text);
  }
  var odd = asked.atoms.filter(isOdd);
  if (!isLong(asked.text)) return Promise.resolve(asked);
  asked.atoms.forEach(function (each) { each.brief = true; });
  if (!odd.length) return Promise.resolve(asked);
  var sure = asked.atoms.filter(function (each) { return each.terms.length && !each.soft; });
  var other = sure.some(function (each) { return !ofPlace(each) && !ofBody(each); });
  var named = asked.atoms.filter(function (each) { return each.terms.length && each.text.length > 1 && sure.indexOf(each) < 0; });
  if (other || (sure.some(ofPlace) && sure.some(ofBody)) || named.length > 1) {
    return mended(asked, null).then(function (now) {
      var rest = now.atoms.filter(isOdd);
      now.atoms = now.atoms.filter(function (each) { each.brief = true; return rest.indexOf(each) < 0; });
      now.passed = texts(rest);
      return now;
    });
  }
  return namesIn(namePaths(texts(odd).join(" "))).then(function (more) { return spelled(asked.text, together([asked.lex, more])); });
}

// Whatever stands for a name that is filed under its beginning.
function namesOf(names) {
  return Promise.all(names.map(function (name) { return namesFor(isLatin(name) ? name : Array.from(name)[0]); })).then(together);
}

function together(parts) {
  var all = { f: {}, w: {}, n: {}, s: {}, l: {}, c: {}, t: {}, p: {}, k: {}, h: {}, e: {} };
  parts.forEach(function (part) {
    Object.keys(all).forEach(function (key) { Object.assign(all[key], part[key]); });
  });
  return all;
}

function fileFor(folder, key) {
  if (folder === "pinyin") return soundPath(key);
  return "search/" + folder + "/" + (folder === "typo" ? slipFile(key) : fileOf(key, BODY_FILES)) + ".json";
}

function filed(folder, key) {
  return json(fileFor(folder, key)).then(function (found) { return own(found, key) ? found[key] : []; });
}

// The query in simple characters, cut into atoms; Latin letters that are no word are read as pinyin or initials.
function understand(query) {
  var text = textOf(query);
  soundPaths(text).forEach(function (path) { json(path).catch(function () {}); });
  return namesIn(pathsFor(text)).then(function (lex) {
    var simple = simplify(text, lex.t);
    if (simple === text) return lex;
    text = simple;
    return namesIn(pathsFor(simple)).then(function (more) { return together([lex, more]); });
  }).then(function (lex) {
    return spelled(text, lex);
  }).then(function (asked) {
    asked.text = text;
    return completed(asked);
  }).then(function (asked) {
    asked.text = asked.text || text; // which is another one where a slip was seen
    return rejoined(asked);
  });
}

function spelled(text, lex) {
  var heard = withHosts(atomsOf(text, lex, stop, links), lex);
  var groups = [];
  heard.forEach(function (each, i) {
    if (each.terms.length || !/^[a-z]+$/.test(each.text)) return;
    var last = groups[groups.length - 1];
    if (last && last.end === i) { last.end = i + 1; last.text += each.text; last.said += " " + each.text; }
    else groups.push({ start: i, end: i + 1, text: each.text, said: each.text });
  });
  if (!groups.length) return { atoms: heard, lex: lex, read: [] };
  return Promise.all(groups.map(function (group) {
    var parts = group.said.split(" ");
    if (parts.length !== 2) return segments(group.text);
    return asPlaceAndThing([parts], 2).then(function (found) {
      return found.length ? found : Promise.all(parts.map(segments)).then(function (found) {
        return found[0].length && found[1].length ? found[0].concat(found[1]) : segments(group.text);
      });
    });
  })).then(function (found) {
    return namesOf(unique([].concat.apply([], found).map(function (choice) { return choice.slice(0, 2); }))).then(function (more) {
      lex = together([lex, more]);
      var read = [];
      for (var i = groups.length - 1; i >= 0; i--) {
        if (!found[i].length) continue;
        read.unshift({ said: groups[i].said, names: found[i] });
        var put = found[i].map(function (choice) { return named(choice[0], choice.filter(alike).slice(0, found[i].length > 1 ? MOST_ALIKE : MOST_MEANT), lex); });
        heard.splice.apply(heard, [groups[i].start, groups[i].end - groups[i].start].concat(put));
      }
      return { atoms: heard, lex: lex, read: read };
    });
  });
  // initials may be those of two crops, of some provinces, or bodies: all are meant
  function alike(name, i, names) {
    return !i || (kindOf(names[0]) !== "" && kindOf(name) === kindOf(names[0]));
  }
  function kindOf(name) {
    var key = own(lex.f, name) ? lex.f[name][0] : "";
    return /^region\/..0000$/.test(key) || /^(?:industry|organisation|site_kind)\//.test(key) ? key.split("/")[0] : "";
  }
}

// A sign often says whom it befalls (土豆烂, 鸡发瘟), and a practice that no record names what is done (茶园管理): unless
// another word says it, that is asked as well. Beside a crop or
// an animal it does not narrow down: hardly a record names a sign.
function withHosts(atoms, lex) {
  function paged(name) {
    return own(lex.f, name) && lex.f[name].length === 1 && own(lex.n, lex.f[name][0]);
  }
  function kind(key) {
    return key.split("/")[0];
  }
  return [].concat.apply([], atoms.map(function (each) {
    var sign = each.terms.some(function (key) { return own(lex.c, key); });
    if (!sign && !(each.soft && each.terms.length && each.terms.every(function (key) { return own(lex.e, key); }))) return [each];
    each.soft = each.soft || atoms.some(function (other) { return other !== each && other.terms.length && !other.soft; });
    var run = Array.from(each.text);
    for (var size = run.length - 1; size > (sign ? 0 : 1); size--) {
      for (var at = 0; at + size <= run.length; at++) {
        var host = run.slice(at, at + size).join("");
        if (!paged(host)) continue;
        if (!alone(lex.f[host][0])) return [each];
        each.soft = true;
        return [named(host, [host], lex), each];
      }
    }
    return [each];
  }));
  function alone(host) {
    return !atoms.some(function (other) {
      return other.terms.some(function (key) { return kind(key) === kind(host); });
    });
  }
}

// Names that are read like the letters, the longest first, one after the other; nothing when a letter is left over.
function segments(letters) {
  if (letters.length < 2) return Promise.resolve([]);
  return json(fileFor("pinyin", letters)).then(function (sounds) {
    for (var size = letters.length; size >= 4; size--) {
      if (!own(sounds, letters.slice(0, size))) continue;
      if (size === letters.length) return [sounds[letters]];
      return segments(letters.slice(size)).then(function (size, rest) {
        return rest.length ? [sounds[letters.slice(0, size)]].concat(rest) : [];
      }.bind(null, size));
    }
    return own(sounds, letters) ? [sounds[letters]] : [];
  }).then(function (found) {
    if (found.length || letters.length > MOST_LETTERS) return found;
    var halves = [];
    for (var at = 2; at + 2 <= letters.length; at++) halves.push([letters.slice(0, at), letters.slice(at)]);
    return asPlaceAndThing(halves, 1);
  }).then(function (found) {
    var near = blurred(letters);
    return found.length || letters.length < 4 ? found : filed("pinyin", near).then(function (names) { return names.length ? [names] : []; });
  });
}

// Two words in letters are best read as a place and what is asked for there, or as a crop and what there is of it: ynkf,
// sd dasuan, mht syz. The largest place counts first, then a crop or an animal.
function asPlaceAndThing(halves, least) {
  return Promise.all(halves.map(function (half) {
    return Promise.all(half.map(function (letters) { return filed("pinyin", letters); }));
  })).then(function (found) {
    found = found.filter(function (pair) { return pair[0].length && pair[1].length; });
    return namesOf(unique([].concat.apply([], found))).then(function (lex) {
      function meant(name, start) {
        return (own(lex.f, name) ? lex.f[name] : []).filter(function (key) { return key.indexOf(start) === 0; });
      }
      function isCrop(name) {
        return meant(name, "industry/").length > 0;
      }
      function isAsked(name) {
        return ["site_kind/", "team_kind/", "problem/"].some(function (start) { return meant(name, start).length > 0; });
      }
      function size(name) {
        return Math.max.apply(null, [0].concat(meant(name, "region/").map(function (key) {
          return /0000$/.test(key) ? 3 : /00$/.test(key) ? 2 : 1;
        })));
      }
      var joined = least < 2; // who leaves a space between words is understood word by word
      var best = null;
      found.forEach(function (pair) {
        [[0, 1], [1, 0]].forEach(function (order) {
          pair[order[0]].forEach(function (place) {
            var large = size(place);
            var crop = large < least;
            if (crop && !(joined && isCrop(place))) return;
            pair[order[1]].forEach(function (other) {
              if (size(other) || (crop && !isAsked(other))) return;
              var worth = (crop ? 1 : large * 2 + (isCrop(other) ? 3 : 0)) + (order[0] ? 0 : 0.5);
              if (best && best.worth >= worth) return;
              var choice = [];
              choice[order[0]] = firstly(place, pair[order[0]]);
              choice[order[1]] = firstly(other, pair[order[1]]);
              best = { worth: worth, choice: choice };
            });
          });
        });
      });
      return best ? best.choice : [];
    });
  });
}

function firstly(name, names) {
  return [name].concat(names.filter(function (other) { return other !== name; }));
}

// A name and one character that is left over may be a longer name that sounds the same: 农机 协 is 农技协.
function rejoined(asked) {
  var pairs = [];
  asked.atoms.slice(1).forEach(function (each, i) {
    var before = asked.atoms[i];
    var text = before.text + each.text;
    var odd = [before, each].filter(function (one) { return !one.terms.length && one.text.length === 1; });
    if (odd.length === 1 && !isLatin(before.text) && asked.text.indexOf(text) >= 0 && Array.from(text).length <= LONGEST_SLIP) {
      pairs.push({ at: i, text: text });
    }
  });
  if (!pairs.length || asked.atoms.length > MOST_MENDED + 1) return Promise.resolve(asked);
  return Promise.all(pairs.map(function (pair) {
    var sound = Array.from(pair.text).map(function (char) { return own(asked.lex.p, char) ? asked.lex.p[char] : ""; });
    return sound.every(Boolean) ? filed("pinyin", sound.join("")) : [];
  })).then(function (found) {
    for (var i = 0; i < pairs.length; i++) {
      var names = found[i].filter(function (name) { return Array.from(name).length === Array.from(pairs[i].text).length; });
      if (names.length) return put(pairs[i], names);
    }
    return asked;
  });
  function put(pair, names) {
    return namesOf(names.slice(0, 1)).then(function (more) {
      var lex = together([asked.lex, more]);
      var atoms = asked.atoms.slice();
      atoms.splice(pair.at, 2, named(names[0], names.slice(0, 1), lex));
      return { atoms: atoms, lex: lex, text: asked.text, read: asked.read.concat([{ said: pair.text, names: [names] }]) };
    });
  }
}
