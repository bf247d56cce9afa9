/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Homebrew installs a formula into Cellar/NAME/VERSION and leaves a receipt there:
 *
 *     {"source": {"tap": "homebrew/core", "versions": {"stable": "1.67.0"}}, "arch": "x86_64",
 *      "poured_from_bottle": true, "installed_on_request": true, "compiler": "clang", ...}
 *
 * Name and version are in the path alone: the receipt has the version of the formula, which lacks
 * the revision of the keg ("1.67.0_1").
 */
#include "base/limits.h"
#include "base/path.h"
#include "codec/json.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"

static struct str yes(const struct json *receipt, const char *key)
{
	return json_get_true(receipt, key) ? STR("true") : STR_NULL;
}

static int add_receipt(struct package *p, struct attributes *attrs, const struct json *receipt,
		       struct err *err)
{
	p->arch = json_get_str(receipt, "arch");
	attributes_add(attrs, "compiler", json_get_str(receipt, "compiler"));
	attributes_add(attrs, "installed_on_request", yes(receipt, "installed_on_request"));
	attributes_add(attrs, "poured_from_bottle", yes(receipt, "poured_from_bottle"));
	attributes_add(attrs, "tap", json_get_str(json_get(receipt, "source"), "tap"));
	return attributes_get(attrs, &p->attributes, err);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *receipt = NULL;
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct str keg = path_dir(in->path);
	struct package p = {
		.type = STR("brew"),
		.name = path_base(path_dir(keg)),
		.version = path_base(keg),
	};
	struct err problem;
	int r;

	if (p.name.n == 0)
		return err_set(err, ERR_FORMAT, "not below Cellar/NAME/VERSION");
	r = json_parse(in->bytes, &receipt, &problem);
	/* The keg is installed whatever the state of its receipt. */
	r = r < 0 ? pkg_sink_problem(sink, &problem) : add_receipt(&p, &attrs, receipt, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static const char *const paths[] = {"**/Cellar/*/*/INSTALL_RECEIPT.json", NULL};

const struct pkgdb pkgdb_homebrew = {
	.id = "homebrew",
	.title = "Homebrew formulae",
	.spec = "https://docs.brew.sh, Library/Homebrew/tab.rb",
	.paths = paths,
	.max_size = LIMIT_JSON_BYTES,
	.parse = parse,
};
