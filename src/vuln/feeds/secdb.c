/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/secdb.h"

#include "base/limits.h"
#include "base/memory_stream.h"
#include "codec/json_stream.h"
#include "vuln/feeds/yaml_json.h"

#define NAMES_MAX 16 /* ids in one string */

struct names {
	struct str p[NAMES_MAX];
	size_t n;
	size_t n_cves;
	bool too_many;
};

/* Digits from s on: how many. */
static size_t digits(struct str s)
{
	size_t n = 0;

	while (n < s.n && char_is_digit(s.p[n]))
		n++;
	return n;
}

/* "CVE-2017-8073.patch", "CVE_2019-2426": the id as it is spelt properly, or empty. */
static struct str mend_cve(struct str word, struct draft *d)
{
	struct str year, number;

	if (!str_pull_prefix(&word, STR("CVE")) || word.n < 2 || !memchr("-_ ", word.p[0], 3))
		return STR_NULL;
	word = str_skip(word, 1);
	year = str_sub(word, 0, digits(word));
	number = str_skip(word, year.n + 1);
	if (year.n != 4 || word.n < 6 || !memchr("-_", word.p[4], 2) || digits(number) < 4)
		return STR_NULL;
	return draft_keepf(d, "CVE-%.*s-%.*s", STR_FMT(year), (int)digits(number), number.p);
}

/* "XSA-200", "wnpa-sec-2018-50", "TALOS-2017-0471": letters, then a number behind a '-'. */
static bool is_other_id(struct str word)
{
	size_t dash = str_find_char(word, '-');

	if (dash < 2 || dash + 1 >= word.n || !char_is_digit(word.p[word.n - 1]))
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (!char_is_alnum(word.p[i]) && word.p[i] != '-')
			return false;
	return true;
}

/* CVEs first. */
static void add_name(struct names *names, struct str id, bool is_cve)
{
	names->too_many |= names->n == NAMES_MAX;
	if (id.n == 0 || names->too_many)
		return;
	if (is_cve) {
		names->p[names->n++] = names->p[names->n_cves];
		names->p[names->n_cves++] = id;
	} else {
		names->p[names->n++] = id;
	}
}

static void read_names(struct str text, struct names *names, struct draft *d)
{
	struct str word, number;

	*names = (struct names){0};
	text = str_sub(text, 0, str_find_char(text, '('));
	while (str_pull_word(&text, &word)) {
		if (str_is(word, "CVE") && str_pull_word(&text, &number))
			word = draft_keepf(d, "CVE-%.*s", STR_FMT(number));
		if (str_has_prefix(word, STR("CVE")))
			add_name(names, mend_cve(word, d), true);
		else if (is_other_id(word))
			add_name(names, word, false);
	}
}

static int emit(struct str id, const struct names *aliases, struct str shard, struct str name,
		struct str version, struct draft *d, struct err *err)
{
	struct advisory_affected *p = draft_package(d, shard, name);

	d->a.id = id;
	for (size_t i = 0; aliases && i < aliases->n; i++)
		if (!str_eq(aliases->p[i], id))
			draft_add(d, &d->aliases, aliases->p[i]);
	if (p && str_is(version, "0"))
		p->status = STATUS_NOT_AFFECTED;
	else if (p)
		draft_interval(d, STR_NULL, version, STR_NULL);
	return draft_end(d, err);
}

/* One string of a list of ids. */
static int read_ids(struct str text, struct str shard, struct str name, struct str version,
		    struct draft *d, struct err *err)
{
	struct names names;
	size_t n;
	int r = 0;

	draft_begin(d, name);
	read_names(text, &names, d);
	n = names.n_cves ? names.n_cves : names.n;
	if (n == 0 || names.too_many) {
		draft_problem(d->sink, name, ERR_FORMAT, "version %.*s: \"%.*s\" is no %s",
			      STR_FMT(version), STR_FMT(text), n ? "few ids" : "id");
		return 0;
	}
	if (n == 1)
		return emit(names.p[0], &names, shard, name, version, d, err);
	/* draft_begin would drop the names: they are read again for each. */
	for (size_t i = 0; i < n && r == 0; i++) {
		draft_begin(d, name);
		read_names(text, &names, d);
		r = emit(names.p[i], NULL, shard, name, version, d, err);
	}
	return r;
}

static int read_package(const struct json *entry, struct str shard, struct draft *d,
			struct err *err)
{
	const struct json *pkg = json_get(entry, "pkg"), *ids;
	const struct json *fixes = json_get(pkg, "secfixes");
	struct str name = json_get_str(pkg, "name"), version;
	void *iter = NULL;
	int r = 0;

	if (name.n == 0 || (fixes && json_kind_of(fixes) != JSON_KIND_MAP &&
			    json_kind_of(fixes) != JSON_KIND_NULL)) {
		draft_problem(d->sink, name, ERR_FORMAT,
			      "expected {\"pkg\": {\"name\": .., \"secfixes\": {VERSION: [IDS]}}}");
		return 0;
	}
	while (r == 0 && json_each(fixes, &iter, &version, &ids)) {
		if (version.n == 0 ||
		    (json_kind_of(ids) != JSON_KIND_LIST && json_kind_of(ids) != JSON_KIND_NULL))
			draft_problem(d->sink, name, ERR_FORMAT,
				      "secfixes: \"%.*s\" is no version with a list of ids",
				      STR_FMT(version));
		for (size_t i = 0; version.n && i < json_len(ids) && r == 0; i++)
			r = read_ids(json_str(json_at(ids, i)), shard, name, version, d, err);
	}
	return r;
}

static int read_packages(struct json_stream *s, struct str shard, struct draft *d, struct err *err)
{
	struct str none;
	int r;

	if (json_stream_kind(s) == JSON_KIND_NULL) /* an empty list as YAML writes it */
		return 0;
	r = draft_enter(s, JSON_KIND_LIST, "\"packages\"", err);
	while (r == 0 && (r = json_stream_next(s, &none, err)) > 0) {
		CLEANUP(json_freep) struct json *entry = NULL;
		struct err why = {0};

		r = json_stream_value(s, &entry, &why);
		if (r < 0 && json_stream_is_broken(s)) {
			if (err)
				*err = why;
			return r;
		}
		if (r < 0)
			d->sink->problem(d->sink->context, STR("packages"), &why);
		r = r < 0 ? 0 : read_package(entry, shard, d, err);
	}
	return r;
}

static int read_json(struct stream *in, struct str shard, struct draft *d, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	bool seen = false;
	struct str key;
	int r = json_stream_open(in, &s, err);

	if (r == 0)
		r = json_stream_enter(s, err);
	while (r == 0 && (r = json_stream_next(s, &key, err)) > 0) {
		r = 0;
		if (str_is(key, "packages")) {
			seen = true;
			r = read_packages(s, shard, d, err);
		}
	}
	if (r == 0)
		r = json_stream_end(s, err);
	return r == 0 && !seen ? err_set(err, ERR_FORMAT, "no list \"packages\"") : r;
}

static int read_yaml(const struct feed_file *file, struct str shard, struct draft *d,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf yaml = STRBUF_INIT(LIMIT_YAML_BYTES);
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(2 * (size_t)LIMIT_YAML_BYTES);
	struct memory_stream in;
	int r = feed_read_all(file, &yaml, err);

	if (r == 0)
		r = yaml_as_json(strbuf_str(&yaml), &json, err);
	if (r < 0)
		return r;
	in = memory_stream_make(strbuf_str(&json));
	return read_json(&in.stream, shard, d, err);
}

int secdb_read(const struct feed_file *file, const char *feed, struct str shard,
	       const struct feed_sink *sink, struct err *err)
{
	CLEANUP(draft_done) struct draft d;

	draft_init(&d, feed, sink);
	if (str_has_suffix(file->path, STR(".yaml")))
		return read_yaml(file, shard, &d, err);
	return read_json(file->stream, shard, &d, err);
}
