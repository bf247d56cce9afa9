/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every feed reader: the first byte picks the feed, the rest is its file. A reader must take any
 * bytes, and hand over only advisories that can be stored.
 */
#include <assert.h>

#include "base/memory_stream.h"
#include "base/cleanup.h"
#include "vuln/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One for each kind of file; the place of a file can decide how it is read. */
static const char *const paths[] = {
	"osv/npm/all.zip/GHSA-1.json",
	"tracker/data/json",
	"data/DSA/list",
	"v3.20/main.json",
	"v3.20/main.yaml",
	"csaf_vex_2024-01-01.tar/2024/cve-2024-1.json",
	"vex/changes.csv",
	"vex/deletions.csv",
	"vex/archive_latest.txt",
	"repository-to-cpe.json",
	"updateinfo.xml",
	"com.oracle.elsa-all.xml",
	"suse.linux.enterprise.15.xml",
	"azurelinux-3.0-oval.xml",
	"com.vmware.phsa-photon3.xml",
	"cve_data_photon5.0.json",
	"epss_scores-2024-01-01.csv",
	"nvdcve-2.0-2024.json",
	"known_exploited_vulnerabilities.json",
	"gems/x/CVE-2024-1.yml",
	"security-advisories/a/b/c.yaml",
	"jsrepository-v5.json",
	"vulns/x/PYSEC-2024-1.yaml",
	"vuln-list-k8s/upstream/CVE-2024-1.json",
	"api/v1/products/full",
	"arch/all.json",
};

/* So that a reader that hands over wild slices is found. */
static void touch(struct str s)
{
	volatile unsigned sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	(void)sum; /* reading was the purpose */
}

static void touch_list(struct str_list l)
{
	for (size_t i = 0; i < l.n; i++)
		touch(l.p[i]);
}

static int on_advisory(void *context, const struct advisory *a, struct err *err)
{
	(void)context, (void)err;
	assert(a->feed.n > 0 && a->id.n > 0);
	touch(a->summary);
	touch(a->modified);
	touch_list(a->aliases);
	touch_list(a->upstream);
	touch_list(a->cvss);
	touch_list(a->references);
	for (size_t i = 0; i < a->n_affected; i++) {
		const struct advisory_affected *p = &a->affected[i];

		assert(p->shard.n > 0 && p->name.n > 0);
		touch(p->constraint);
		touch(p->channel);
		touch(p->module);
		touch(p->note);
		touch_list(p->versions);
		touch_list(p->arches);
		touch_list(p->symbols);
		for (size_t k = 0; k < p->n_intervals; k++) {
			touch(p->intervals[k].introduced);
			touch(p->intervals[k].fixed);
			touch(p->intervals[k].last_affected);
		}
	}
	return 0;
}

static int on_enrichment(void *context, const struct enrichment *e, struct err *err)
{
	(void)context, (void)err;
	assert(e->epss >= 0 && e->epss <= 1);
	touch(e->cve);
	touch_list(e->cvss);
	return 0;
}

static int on_fact(void *context, struct str key, struct str value, struct err *err)
{
	(void)context, (void)err;
	touch(key);
	touch(value);
	return 0;
}

static void on_problem(void *context, struct str where, const struct err *why)
{
	(void)context;
	touch(where);
	assert(why->code != ERR_OK && why->msg[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct feed_sink sink = {NULL, on_advisory, on_enrichment, on_fact, on_problem};
	struct err err = {0};
	struct memory_stream in;
	struct feed_file file;

	if (size == 0)
		return 0;
	file.path = str_of(paths[data[0] % ARRAY_LEN(paths)]);
	in = memory_stream_make(str_make(data + 1, size - 1));
	file.stream = &in.stream;
	file.size = size - 1;
	if (feed_for(file.path)->read(&file, &sink, &err) < 0)
		assert(err.code != ERR_OK && err.msg[0]);
	return 0;
}
