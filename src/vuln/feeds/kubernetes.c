/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVEs of Kubernetes itself as records of OSV: vuln-list-k8s/upstream/CVE-2023-2727.json. Versions
 * are those of Kubernetes ("1.24.15"), not of the Go modules the names look like: a shard apart.
 */
#include "vuln/feeds/osv_record.h"

static bool claims(struct str path)
{
	return feed_path_is(path, "vuln-list-k8s*/upstream/CVE-*.json");
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(draft_done) struct draft d;
	int r;

	draft_init(&d, "kubernetes", sink);
	r = feed_read_json(file, &doc, err);
	if (r < 0)
		return r;
	draft_begin(&d, json_get_str(doc, "id"));
	return osv_record(doc, &d) ? draft_end(&d, err) : 0;
}

const struct feed feed_kubernetes = {
	.id = "kubernetes",
	.title = "Kubernetes CVEs",
	.licence = "as published by the Kubernetes project",
	.url = "https://kubernetes.io/docs/reference/issues-security/official-cve-feed/",
	.claims = claims,
	.read = read,
};
