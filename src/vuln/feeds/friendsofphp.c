/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FriendsOfPHP's security advisories: security-advisories/<vendor>/<package>/CVE-2012-6431.yaml.
 *
 *     title: Routes behind a firewall are accessible even when not logged in
 *     link: https://..
 *     cve: CVE-2012-6431                                       or ~
 *     branches:
 *         2.0.x: {time: 2012-11-29 15:59:52, versions: ['>=2.0.0', '<2.0.19']}
 *     reference: composer://symfony/http-foundation
 *
 * Affected: in any branch, where all bounds hold. Without a CVE the id is made of the place of the
 * file. One CVE of several packages is several files: none of them has a date of change.
 */
#include "base/path.h"
#include "vuln/feeds/shape.h"
#include "vuln/feeds/yaml_json.h"

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},
	{"title", SHAPE_TEXT},
	{"link", SHAPE_TEXT},
	{"cve", SHAPE_TEXT},
	{"reference", SHAPE_TEXT},
	{"branches", SHAPE_MAP},
	{"branches.*", SHAPE_MAP},
	{"branches.*.time", SHAPE_TEXT},
	{"branches.*.versions", SHAPE_LIST},
	{"branches.*.versions[]", SHAPE_TEXT},
};

static bool claims(struct str path)
{
	return feed_path_is(path, "security-advisories*/*/*/*.yaml") &&
	       !feed_path_is(path, ".github/*/*.yaml");
}

struct bounds {
	struct str introduced, fixed, last_affected;
	bool odd; /* what an interval cannot say */
};

static void read_bound(struct str text, struct bounds *b)
{
	struct str *end;

	text = str_trim(text);
	if (str_pull_prefix(&text, STR(">=")))
		end = &b->introduced;
	else if (str_pull_prefix(&text, STR("<=")))
		end = &b->last_affected;
	else if (str_pull_prefix(&text, STR("<")))
		end = &b->fixed;
	else
		end = NULL;
	if (!end || end->n || str_trim(text).n == 0)
		b->odd = true;
	else
		*end = str_trim(text);
}

static void read_branch(const struct json *versions, struct strbuf *constraint, struct draft *d)
{
	struct bounds b = {0};

	for (size_t i = 0; i < json_len(versions); i++)
		read_bound(json_str(json_at(versions, i)), &b);
	if (!b.odd && !(b.fixed.n && b.last_affected.n)) {
		draft_interval(d, b.introduced, b.fixed, b.last_affected);
		return;
	}
	strbuf_adds(constraint, constraint->n ? " || " : "");
	for (size_t i = 0; i < json_len(versions); i++) {
		strbuf_adds(constraint, i ? ", " : "");
		strbuf_add(constraint, json_str(json_at(versions, i)));
	}
}

static void read_branches(const struct json *branches, struct advisory_affected *p, struct draft *d)
{
	CLEANUP(strbuf_done) struct strbuf constraint = STRBUF_INIT(4096);
	const struct json *branch;
	struct str name;
	void *iter = NULL;

	while (!d->failed && json_each(branches, &iter, &name, &branch)) {
		const struct json *versions = json_get(branch, "versions");

		if (json_len(versions) == 0 || json_kind_of(versions) != JSON_KIND_LIST) {
			draft_fail(d, ERR_FORMAT, "branch %.*s without a list \"versions\"",
				   STR_FMT(name));
			return;
		}
		read_branch(versions, &constraint, d);
		if (d->a.published.n == 0)
			d->a.published = draft_date(json_get_str(branch, "time"));
	}
	if (strbuf_check(&constraint, NULL) < 0)
		draft_fail(d, ERR_LIMIT, "more odd bounds than 4096 bytes");
	p->constraint = draft_keep(d, strbuf_str(&constraint));
}

static void read_advisory(const struct json *doc, struct str path, struct draft *d)
{
	struct str package = json_get_str(doc, "reference");
	struct str cve = json_get_str(doc, "cve"), file = path_base(path);
	const struct json *branches = json_get(doc, "branches");
	struct advisory_affected *p;

	draft_shape(d, doc, shape, ARRAY_LEN(shape));
	file.n -= 5; /* claims has seen ".yaml" */
	if (!str_pull_prefix(&package, STR("composer://")) || package.n == 0 ||
	    json_kind_of(branches) != JSON_KIND_MAP) {
		draft_fail(d, ERR_FORMAT, "no \"reference\" to composer, or no \"branches\"");
		return;
	}
	d->a.id = str_has_prefix(cve, STR("CVE-")) ? cve
						   : draft_keepf(d, "FriendsOfPHP:%.*s/%.*s",
								 STR_FMT(package), STR_FMT(file));
	draft_summary(d, json_get_str(doc, "title"));
	draft_add(d, &d->references, json_get_str(doc, "link"));
	p = draft_package(d, STR("composer"), package);
	if (p)
		read_branches(branches, p, d);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(draft_done) struct draft d;
	int r;

	draft_init(&d, "friendsofphp", sink);
	r = yaml_read_json(file, &doc, err);
	if (r < 0)
		return r;
	draft_begin(&d, path_base(file->path));
	read_advisory(doc, file->path, &d);
	return draft_end(&d, err);
}

const struct feed feed_friendsofphp = {
	.id = "friendsofphp",
	.title = "FriendsOfPHP security advisories",
	.licence = "Unlicense",
	.url = "https://github.com/FriendsOfPHP/security-advisories",
	.claims = claims,
	.read = read,
};
