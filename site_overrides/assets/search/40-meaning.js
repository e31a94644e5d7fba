/* What the words of a query mean: names, pinyin, slips. */

// ── What the words of a query mean ──

function namesFor(text) {
  var starts = new Set(Array.from(text).filter(function (char) { return RUN_CHARACTER.test(char); }).map(function (char) {
    return char.codePointAt(0) % FORM_FILES;
  }));
  return Promise.all(Array.from(starts).slice(0, MOST_TOKENS).map(function (number) {
    return json("search/forms/" + number + ".json");
  })).then(together);
}

function together(parts) {
  var all = { f: {}, w: {}, n: {}, s: {}, l: {}, c: {}, t: {}, p: {} };
  parts.forEach(function (part) {
    Object.keys(all).forEach(function (key) { Object.assign(all[key], part[key]); });
  });
  return all;
}

function filed(folder, key) {
  return json("search/" + folder + "/" + bucket(key) + ".json").then(function (found) { return own(found, key) ? found[key] : []; });
}

// The query in simple characters, cut into atoms; Latin letters that are no word are read as pinyin or initials.
function understand(query) {
  var text = fold(query);
  return namesFor(text).then(function (lex) {
    var simple = simplify(text, lex.t);
    if (simple === text) return lex;
    text = simple;
    return namesFor(simple).then(function (more) { return together([lex, more]); });
  }).then(function (lex) {
    return spelled(text, lex);
  });
}

function spelled(text, lex) {
  var heard = atomsOf(text, lex, stop, links);
  var groups = [];
  heard.forEach(function (each, i) {
    if (each.terms.length || !/^[a-z]+$/.test(each.text)) return;
    var last = groups[groups.length - 1];
    if (last && last.end === i) { last.end = i + 1; last.text += each.text; last.said += " " + each.text; }
    else groups.push({ start: i, end: i + 1, text: each.text, said: each.text });
  });
  if (!groups.length) return { atoms: heard, lex: lex, read: [] };
  return Promise.all(groups.map(function (group) { return segments(group.text); })).then(function (found) {
    var names = unique([].concat.apply([], found));
    return namesFor(names.join("")).then(function (more) {
      lex = together([lex, more]);
      var read = [];
      for (var i = groups.length - 1; i >= 0; i--) {
        if (!found[i].length) continue;
        read.unshift({ said: groups[i].said, names: found[i] });
        var put = found[i].map(function (choice) { return named(choice[0], choice.slice(0, 1), lex); });
        heard.splice.apply(heard, [groups[i].start, groups[i].end - groups[i].start].concat(put));
      }
      return { atoms: heard, lex: lex, read: read };
    });
  });
}

// Names that are read like the letters, the longest first, one after the other; nothing when a letter is left over.
function segments(letters) {
  if (letters.length < 2) return Promise.resolve([]);
  return json("search/pinyin/" + bucket(letters) + ".json").then(function (sounds) {
    for (var size = letters.length; size >= 2; size--) {
      if (!own(sounds, letters.slice(0, size))) continue;
      if (size === letters.length) return [sounds[letters]];
      if (size < 4) break; // initials stand alone
      return segments(letters.slice(size)).then(function (size, rest) {
        return rest.length ? [sounds[letters.slice(0, size)]].concat(rest) : [];
      }.bind(null, size));
    }
    return [];
  });
}

// Words that occur nowhere together may be slips: names that sound alike first, then names with one other character.
function mended(asked, hits) {
  if (asked.atoms.length > MOST_MENDED) return Promise.resolve(asked);
  var lost = asked.atoms.filter(function (each) {
    return !each.terms.length && !isLatin(each.text) && Array.from(each.text).length >= 2 &&
      Array.from(each.text).length <= LONGEST_SLIP && !scoreAtom(each, hits, 1).full.size;
  });
  return lost.reduce(function (before, each) {
    return before.then(function (now) {
      return mendOne(each, now.lex).then(function (found) {
        if (!found) return now;
        return namesFor(found.text).then(function (more) {
          var lex = together([now.lex, more]);
          var atoms = [];
          now.atoms.forEach(function (other) {
            if (other !== each) atoms.push(other);
            else atoms = atoms.concat(rest(found.before), [named(found.names[0], found.names.slice(0, 1), lex)], rest(found.after));
          });
          return { atoms: atoms, lex: lex, read: now.read.concat([{ said: found.said, names: [found.names] }]) };
          function rest(text) {
            return text ? atomsOf(text, lex, stop, links) : [];
          }
        });
      });
    });
  }, Promise.resolve(asked));
}

function mendOne(each, lex) {
  var run = Array.from(each.text);
  var places = slips(run, lex);
  var wanted = [];
  places.forEach(function (place) {
    if (place.sound) wanted.push(["pinyin", place.sound, place]);
  });
  places.forEach(function (place) {
    place.near.forEach(function (key) { wanted.push(["typo", key, place]); });
  });
  var files = new Set();
  wanted = wanted.filter(function (each) {
    var file = each[0] + bucket(each[1]);
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

function valuesOf(facet, id) {
  var row = facet.rows[known.at.get(id)];
  return Array.isArray(row) ? row : row ? [row] : [];
}
