/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endoflife.date: until when a release of a distribution is supported.
 *
 *     endoflife.date/api/v1/products/full
 *     {"schema_version": "1.2.0", "generated_at": "2025-07-02T00:53:29+00:00", "result": [
 *        {"name": "ubuntu", "releases": [{"name": "22.04", "isEol": false,
 *            "eolFrom": "2027-04-01", "eoesFrom": "2032-04-09"}]}]}
 *
 * Facts: "eol:ubuntu-22.04" and, with paid support, "eol-extended:ubuntu-22.04": a day, or "past"
 * where only that is known. Products that are no distribution are passed over.
 */
#include "codec/json_stream.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/shape.h"

static const struct shape_field product_shape[] = {
	{"", SHAPE_MAP},
	{"name", SHAPE_TEXT},
	{"releases", SHAPE_LIST},
};

static const struct shape_field release_shape[] = {
	{"", SHAPE_MAP},	 {"name", SHAPE_TEXT},	   {"isEol", SHAPE_BOOL},
	{"eolFrom", SHAPE_TEXT}, {"eoesFrom", SHAPE_TEXT},
};

static const struct {
	const char *product, *osv; /* as OSV names it, or a key */
} products[] = {
	{"alma-linux", "AlmaLinux"},
	{"almalinux", "AlmaLinux"},
	{"alpine", "Alpine"},
	{"alpine-linux", "Alpine"},
	{"amazon-linux", "amazonlinux"},
	{"centos", "centos"},
	{"centos-stream", "centos-stream"},
	{"debian", "Debian"},
	{"fedora", "Fedora"},
	{"opensuse", "opensuse-leap"},
	{"oracle-linux", "Oracle Linux"},
	{"photon", "Photon OS"},
	{"rhel", "rhel"},
	{"rocky-linux", "Rocky Linux"},
	{"sles", "sles"},
	{"ubuntu", "Ubuntu"},
};

static bool claims(struct str path)
{
	return feed_path_is(path, "api/v1/products/full") ||
	       feed_path_is(path, "api/v1/products/full.json");
}

static bool is_distribution(struct str product)
{
	for (size_t i = 0; i < ARRAY_LEN(products); i++)
		if (str_is(product, products[i].product))
			return true;
	return false;
}

static bool shard_of(struct str product, struct str release, struct ecosystem *ret)
{
	char osv[128];

	for (size_t i = 0; i < ARRAY_LEN(products); i++) {
		if (!str_is(product, products[i].product) || release.n > 32)
			continue;
		if (ecosystem_of_distro(str_of(products[i].osv), release, ret) &&
		    char_lower(products[i].osv[0]) == products[i].osv[0])
			return true;
		(void)snprintf(osv, sizeof osv, "%s:%.*s", products[i].osv, STR_FMT(release));
		return ecosystem_of_osv(str_of(osv), ret);
	}
	return false;
}

static int give(const struct feed_sink *sink, const char *kind, const char *shard, struct str day,
		struct err *err)
{
	char key[ECOSYSTEM_NAME_MAX + 32];

	if (day.n == 0)
		return 0;
	(void)snprintf(key, sizeof key, "%s:%s", kind, shard); /* fits */
	return sink->fact(sink->context, str_of(key), day, err);
}

static int read_product(const struct json *product, const struct feed_sink *sink, struct err *err)
{
	const struct json *releases = json_get(product, "releases");
	struct str name = json_get_str(product, "name");
	struct err why = {0};
	int r = shape_check(product, product_shape, ARRAY_LEN(product_shape), &why);

	if (r < 0)
		sink->problem(sink->context, name, &why);
	else if (name.n == 0 || !releases)
		draft_problem(sink, name, ERR_FORMAT, "a product without \"name\" or \"releases\"");
	r = 0;
	for (size_t i = 0; i < json_len(releases) && r == 0; i++) {
		const struct json *release = json_at(releases, i);
		struct str day = draft_date(json_get_str(release, "eolFrom"));
		struct ecosystem e;

		if (is_distribution(name) &&
		    shape_check(release, release_shape, ARRAY_LEN(release_shape), &why) < 0)
			sink->problem(sink->context, name, &why);
		if (!shard_of(name, json_get_str(release, "name"), &e))
			continue;
		if (day.n == 0 && json_get_true(release, "isEol"))
			day = STR("past");
		r = give(sink, "eol", e.shard, day, err);
		if (r == 0)
			r = give(sink, "eol-extended", e.shard,
				 draft_date(json_get_str(release, "eoesFrom")), err);
	}
	return r;
}

static int read_products(struct json_stream *s, const struct feed_sink *sink, struct err *err)
{
	struct str none;
	int r = draft_enter(s, JSON_KIND_LIST, "\"result\"", err);

	while (r == 0 && (r = json_stream_next(s, &none, err)) > 0) {
		CLEANUP(json_freep) struct json *product = NULL;
		struct err why = {0};

		r = json_stream_value(s, &product, &why);
		if (r < 0 && json_stream_is_broken(s)) {
			if (err)
				*err = why;
			return r;
		}
		if (r < 0)
			sink->problem(sink->context, STR("result"), &why);
		r = r < 0 ? 0 : read_product(product, sink, err);
	}
	return r;
}

static int read_member(struct json_stream *s, struct str key, bool *seen,
		       const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *value = NULL;
	int r = 0;

	if (str_is(key, "result")) {
		*seen = true;
		return read_products(s, sink, err);
	}
	if (!str_is(key, "generated_at"))
		return 0;
	r = json_stream_value(s, &value, err);
	if (r == 0 && draft_date(json_str(value)).n == 0)
		draft_problem(sink, STR("generated_at"), ERR_FORMAT, "no time");
	if (r < 0 || draft_date(json_str(value)).n == 0)
		return r;
	return sink->fact(sink->context, STR("date"), json_str(value), err);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	bool seen = false;
	struct str key;
	int r = json_stream_open(file->stream, &s, err);

	if (r == 0)
		r = json_stream_enter(s, err);
	while (r == 0 && (r = json_stream_next(s, &key, err)) > 0)
		r = read_member(s, key, &seen, sink, err);
	if (r == 0)
		r = json_stream_end(s, err);
	return r == 0 && !seen ? err_set(err, ERR_FORMAT, "no list \"result\"") : r;
}

const struct feed feed_endoflife = {
	.id = "endoflife",
	.title = "endoflife.date",
	.licence = "MIT",
	.url = "https://endoflife.date",
	.claims = claims,
	.read = read,
};
