/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PyPA's advisory database: records of OSV written as YAML, vulns/<package>/PYSEC-2020-1.yaml.
 *
 * They are the same records as in the PyPI export of OSV, and handed over as such: of a record that
 * comes both ways the one modified later counts.
 */
#include "vuln/feeds/osv_record.h"
#include "vuln/feeds/yaml_json.h"

static bool claims(struct str path)
{
	return feed_path_is(path, "vulns/*/PYSEC-*.yaml");
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(draft_done) struct draft d;
	int r;

	draft_init(&d, "osv", sink);
	r = yaml_read_json(file, &doc, err);
	if (r < 0)
		return r;
	draft_begin(&d, json_get_str(doc, "id"));
	return osv_record(doc, &d) ? draft_end(&d, err) : 0;
}

const struct feed feed_pypa = {
	.id = "pypa",
	.title = "PyPA advisory database",
	.licence = "CC-BY-4.0",
	.url = "https://github.com/pypa/advisory-database",
	.claims = claims,
	.read = read,
};
