/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/risk.h"

#include <math.h>

#include "vuln/cvss.h"

static void add_vectors(struct str_list vectors, struct str source, struct finding_cvss *list,
			size_t *n)
{
	for (size_t i = 0; i < vectors.n; i++) {
		struct cvss c;

		if (cvss_parse(vectors.p[i], &c, NULL) < 0)
			continue;
		list[(*n)++] = (struct finding_cvss){
			.vector = vectors.p[i],
			.source = source,
			.version = str_of(c.version),
			.score = c.score,
		};
	}
}

static bool is_newer(const struct finding_cvss *a, const struct finding_cvss *b)
{
	return str_cmp(a->version, b->version) > 0;
}

/* The vector that counts: of the newest version, the first given (the publisher's own). */
static const struct finding_cvss *best_vector(const struct finding *f)
{
	const struct finding_cvss *best = NULL;

	for (size_t i = 0; i < f->n_cvss; i++)
		if (!best || is_newer(&f->cvss[i], best))
			best = &f->cvss[i];
	return best;
}

static int set_severity(struct finding *f, enum severity vendor, struct str vendor_name,
			const struct finding_cvss *best, struct arena *arena)
{
	struct cvss c;

	f->severity = vendor;
	f->severity_source = vendor_name;
	if (vendor != SEVERITY_UNKNOWN || !best)
		return 0;
	if (cvss_parse(best->vector, &c, NULL) < 0)
		return 0;
	f->severity = cvss_severity(&c);
	f->severity_source =
		arena_strf(arena, "%.*s CVSS %.*s", STR_FMT(best->source), STR_FMT(best->version));
	return f->severity_source.p ? 0 : -ERR_NOMEM;
}

static double impact(const struct finding *f, const struct finding_cvss *best)
{
	static const double middle[] = {
		[SEVERITY_UNKNOWN] = 0.5, [SEVERITY_NEGLIGIBLE] = 0.05, [SEVERITY_LOW] = 0.2,
		[SEVERITY_MEDIUM] = 0.55, [SEVERITY_HIGH] = 0.8,	[SEVERITY_CRITICAL] = 0.95,
	};

	return best ? best->score / 10 : middle[f->severity];
}

static double likelihood(const struct finding *f)
{
	if (f->known_exploited || f->kind == FINDING_MALWARE)
		return 1;
	return f->has_epss ? 0.3 + 0.7 * cbrt(f->epss) : 0.5;
}

int risk_assess(struct finding *f, enum severity vendor, struct str vendor_name,
		const struct shard_advisory *advisory, const struct enrichment *e,
		struct arena *arena)
{
	size_t room = advisory->cvss.n + (e ? e->cvss.n : 0);
	struct finding_cvss *list = arena_array(arena, room ? room : 1, sizeof *list);
	struct str publisher =
		advisory->severity_source.n ? advisory->severity_source : advisory->id;
	const struct finding_cvss *best;
	int r;

	if (!list)
		return -ERR_NOMEM;
	f->cvss = list;
	f->n_cvss = 0;
	add_vectors(advisory->cvss, publisher, list, &f->n_cvss);
	if (e)
		add_vectors(e->cvss, STR("NVD"), list, &f->n_cvss);
	if (e) {
		f->known_exploited = e->known_exploited;
		f->exploited_since = e->exploited_since;
		f->has_epss = e->has_epss && e->epss >= 0 && e->epss <= 1;
		f->epss = f->has_epss ? e->epss : 0;
		f->epss_percentile = f->has_epss ? e->epss_percentile : 0;
	}
	best = best_vector(f);
	r = set_severity(f, vendor, vendor_name, best, arena);
	f->risk = round(1000 * impact(f, best) * likelihood(f)) / 10;
	return r;
}
