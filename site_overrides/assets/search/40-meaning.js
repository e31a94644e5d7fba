/* What the words of a query mean: names, pinyin, slips. */

// ── What the words of a query mean ──

function namesFor(text) {
  return Promise.all(namePaths(text).map(function (path) {
    return json(path).then(function (part) {
      var known = {};
      if (part.k) known[/\d+/.exec(path)[0]] = 1;
      return Object.assign({ h: known }, part);
    });
  })).then(together);
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
  return folder === "pinyin" ? soundPath(key) : "search/" + folder + "/" + slipFile(key) + ".json";
}

function filed(folder, key) {
  return json(fileFor(folder, key)).then(function (found) { return own(found, key) ? found[key] : []; });
}

// The query in simple characters, cut into atoms; Latin letters that are no word are read as pinyin or initials.
function understand(query) {
  var text = textOf(query);
  soundPaths(text).forEach(function (path) { json(path).catch(function () {}); });
  return namesFor(text).then(function (lex) {
    var simple = simplify(text, lex.t);
    if (simple === text) return lex;
    text = simple;
    return namesFor(simple).then(function (more) { return together([lex, more]); });
  }).then(function (lex) {
    return spelled(text, lex);
  }).then(function (asked) {
    asked.text = text;
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
    return asPlaceAndThing([parts]).then(function (found) { return found.length ? found : segments(group.text); });
  })).then(function (found) {
    return namesOf(unique([].concat.apply([], found).map(function (choice) { return choice.slice(0, 2); }))).then(function (more) {
      lex = together([lex, more]);
      var read = [];
      for (var i = groups.length - 1; i >= 0; i--) {
        if (!found[i].length) continue;
        read.unshift({ said: groups[i].said, names: found[i] });
        var put = found[i].map(function (choice) { return named(choice[0], choice.slice(0, few(groups[i].text) ? 2 : 1).filter(alike), lex); });
        heard.splice.apply(heard, [groups[i].start, groups[i].end - groups[i].start].concat(put));
      }
      return { atoms: heard, lex: lex, read: read };
    });
  });
  // initials may be those of two crops: both are meant
  function few(letters) {
    return letters.length < HEARD + 3;
  }
  function alike(name, i, names) {
    return !i || names.every(function (each) { return own(lex.f, each) && lex.f[each][0].indexOf("industry/") === 0; });
  }
}

// A sign often says whom it befalls (土豆烂, 鸡发瘟): unless another word says it, that is asked as well. Beside a crop or
// an animal it does not narrow down: hardly a record names a sign.
function withHosts(atoms, lex) {
  function paged(name) {
    return own(lex.f, name) && lex.f[name].length === 1 && own(lex.n, lex.f[name][0]);
  }
  function kind(key) {
    return key.split("/")[0];
  }
  return [].concat.apply([], atoms.map(function (each) {
    if (!each.terms.some(function (key) { return own(lex.c, key); })) return [each];
    each.soft = each.soft || atoms.some(function (other) { return other !== each && other.terms.length && !other.soft; });
    var run = Array.from(each.text);
    for (var size = run.length - 1; size > 0; size--) {
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
    return asPlaceAndThing(halves);
  }).then(function (found) {
    var near = blurred(letters);
    return found.length || letters.length < 4 ? found : filed("pinyin", near).then(function (names) { return names.length ? [names] : []; });
  });
}

// Two words in letters are best read as a place and what is asked for there: ynkf, sd dasuan. The largest place counts
// first, then a crop or an animal.
function asPlaceAndThing(halves) {
  return Promise.all(halves.map(function (half) {
    return Promise.all(half.map(function (letters) { return filed("pinyin", letters); }));
  })).then(function (found) {
    found = found.filter(function (pair) { return pair[0].length && pair[1].length; });
    return namesOf(unique([].concat.apply([], found))).then(function (lex) {
      function meant(name, start) {
        return (own(lex.f, name) ? lex.f[name] : []).filter(function (key) { return key.indexOf(start) === 0; });
      }
      function size(name) {
        return Math.max.apply(null, [0].concat(meant(name, "region/").map(function (key) {
          return /0000$/.test(key) ? 3 : /00$/.test(key) ? 2 : 1;
        })));
      }
      var best = null;
      found.forEach(function (pair) {
        [[0, 1], [1, 0]].forEach(function (order) {
          pair[order[0]].forEach(function (place) {
            var large = size(place);
            if (!large) return;
            pair[order[1]].forEach(function (other) {
              if (size(other)) return;
              var worth = large * 2 + (meant(other, "industry/").length ? 3 : 0) + (order[0] ? 0 : 0.5);
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

// A stretch of what was typed that holds a word that is nowhere, and its neighbours, may be one name that sounds or
// looks the same: 中国土让学会. The longest such stretch counts; what is understood beside it stays.
function stretched(asked, lost) {
  var at = 0;
  var places = asked.atoms.map(function (each) {
    var found = asked.text.indexOf(each.text, at);
    if (found >= 0) at = found + each.text.length;
    return found;
  });
  if (places.indexOf(-1) >= 0) return Promise.resolve(asked);
  var wanted = [];
  lost.forEach(function (each) {
    var start = places[asked.atoms.indexOf(each)];
    var end = start + each.text.length;
    for (var from = Math.max(0, start - BEFORE); from <= start; from++) {
      for (var to = Math.min(asked.text.length, from + LONGEST_HEARD); to >= Math.max(end, from + 3); to--) {
        var said = asked.text.slice(from, to);
        if (said === each.text || said.match(RUN)[0] !== said) continue;
        var sound = Array.from(said).map(function (char) { return own(asked.lex.p, char) ? asked.lex.p[char] : ""; });
        if (sound.every(Boolean)) wanted.push(["pinyin", sound.join(""), from, to], ["pinyin", blurred(sound.join("")), from, to]);
        if (said.length <= LONGEST_SLIP) wanted.push(["typo", said, from, to]);
      }
    }
  });
  var opened = new Set();
  wanted = wanted.filter(function (each) {
    var file = fileFor(each[0], each[1]);
    if (opened.size >= MOST_FILES && !opened.has(file)) return false;
    opened.add(file);
    return true;
  });
  if (!wanted.length) return Promise.resolve(asked);
  return Promise.all(wanted.map(function (each) { return filed(each[0], each[1]); })).then(function (found) {
    var best = null;
    found.forEach(function (names, i) {
      var size = wanted[i][3] - wanted[i][2];
      names = names.filter(function (name) { return wanted[i][0] === "typo" || name.length === size; });
      if (names.length && (!best || size > best.to - best.from)) best = { names: names, from: wanted[i][2], to: wanted[i][3] };
    });
    if (!best) return asked;
    return namesOf(best.names.slice(0, 1)).then(function (more) {
      var lex = together([asked.lex, more]);
      var put = false;
      var atoms = [];
      asked.atoms.forEach(function (other, i) {
        var from = places[i];
        var to = from + other.text.length;
        if (to <= best.from || from >= best.to) { atoms.push(other); return; }
        if (from < best.from) atoms = atoms.concat(atomsOf(asked.text.slice(from, best.from), lex, stop, links));
        if (!put) atoms.push(named(best.names[0], best.names.slice(0, 1), lex));
        put = true;
        if (to > best.to) atoms = atoms.concat(atomsOf(asked.text.slice(best.to, to), lex, stop, links));
      });
      var text = asked.text.slice(0, best.from) + best.names[0] + asked.text.slice(best.to);
      return { atoms: atoms, lex: lex, text: text, read: asked.read.concat([{ said: asked.text.slice(best.from, best.to), names: [best.names] }]) };
    });
  });
}

// Words that occur nowhere together may be slips, which is sure before anything is looked up (no hits) when one of
// their pairs of characters occurs nowhere: names that sound alike first, then names with one other character.
function mended(asked, hits) {
  var lost = losses(asked, hits);
  if (!lost.length || lost.length > MOST_MENDED) return Promise.resolve(asked);
  return stretched(asked, lost).then(function (now) {
    return now === asked ? singly(asked, lost) : singly(now, losses(now, hits));
  });
}

function losses(asked, hits) {
  return asked.atoms.filter(function (each) {
    return !each.terms.length && !isLatin(each.text) && Array.from(each.text).length >= 2 &&
      Array.from(each.text).length <= LONGEST_SLIP && (hits ? !scoreAtom(each, hits, 1).full.size : each.gone.length > 0);
  });
}

function singly(asked, lost) {
  if (asked.atoms.length > MOST_MENDED) return Promise.resolve(asked);
  // beside something that is certain, a word of two characters is no slip of another one only because one is the same
  var alone = asked.atoms.every(function (each) { return each.soft || lost.indexOf(each) >= 0; });
  return lost.reduce(function (before, each) {
    return before.then(function (now) {
      return mendOne(each, now.lex, alone).then(function (found) {
        if (!found) return now;
        return namesOf(found.names.slice(0, 1)).then(function (more) {
          var lex = together([now.lex, more]);
          var atoms = [];
          var meant = own(lex.f, found.names[0]) ? lex.f[found.names[0]] : [];
          // nor of a county
          if (!alone && found.size < 3 && meant.every(function (key) { return /^region\/.*[^0].?$/.test(key); })) return now;
          now.atoms.forEach(function (other) {
            if (other !== each) atoms.push(other);
            else atoms = atoms.concat(rest(found.before), [named(found.names[0], found.names.slice(0, 1), lex)], rest(found.after));
          });
          return { atoms: atoms, lex: lex, text: now.text, read: now.read.concat([{ said: found.said, names: [found.names] }]) };
          function rest(text) {
            return text ? atomsOf(text, lex, stop, links) : [];
          }
        });
      });
    });
  }, Promise.resolve(asked));
}

function mendOne(each, lex, alone) {
  var run = Array.from(each.text);
  // two characters out of a longer run are no word by themselves, unless they follow each other nowhere
  var places = slips(run, lex).filter(function (place) {
    return place.size > 2 || run.length < 4 || gone(grams(run.slice(place.start, place.start + 2).join("")), lex).length;
  });
  var wanted = [];
  places.forEach(function (place) {
    if (place.near.length) wanted.push(["typo", place.near[0], place]); // a character that looks alike, or one left out
    if (place.sound) wanted.push(["pinyin", place.sound, place]);
  });
  places.forEach(function (place) {
    if (place.size > 2 || alone) place.near.forEach(function (key) { wanted.push(["typo", key, place]); });
  });
  var files = new Set();
  wanted = wanted.filter(function (each) {
    var file = fileFor(each[0], each[1]);
    if (files.size >= MOST_FILES && !files.has(file)) return false;
    files.add(file);
    return true;
  });
  return Promise.all(wanted.map(function (each) { return filed(each[0], each[1]); })).then(function (found) {
    var best = null;
    found.forEach(function (names, i) {
      var place = wanted[i][2];
      names = names.filter(function (name) { return wanted[i][0] === "typo" || Array.from(name).length === place.size; });
      if (!names.length || (best && best.size >= place.size)) return;
      best = {
        names: names, text: names.join(""), size: place.size,
        said: run.slice(place.start, place.start + place.size).join(""),
        before: run.slice(0, place.start).join(""), after: run.slice(place.start + place.size).join("")
      };
    });
    return best;
  });
}
