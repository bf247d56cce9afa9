/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/secret_verdict.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"

static struct str text_of(const struct secret_answer *answer, bool is_full, struct arena *a)
{
	switch (answer->liveness) {
	case LIVENESS_NOT_ASKED:
		return is_full ? STR("verified=not asked: no endpoint is known for it, or too many "
				     "credentials were found before it")
			       : STR("verified=not asked: no endpoint is known for it");
	case LIVENESS_LIVE:
		return arena_strf(a, "verified=live: %s accepts it (%s)", answer->host,
				  answer->why);
	case LIVENESS_DEAD:
		return arena_strf(a, "verified=dead: %s refuses it (%s)", answer->host,
				  answer->why);
	case LIVENESS_UNKNOWN:
		return arena_strf(a, "verified=unknown: %s: %s", answer->host, answer->why);
	}
	return STR_NULL;
}

static int apply(struct finding *f, const struct secret_answer *answer, bool is_full,
		 struct arena *a)
{
	struct str *evidence = arena_array(a, f->evidence.n + 1, sizeof *evidence);

	if (!evidence)
		return -ERR_NOMEM;
	if (f->evidence.n)
		memcpy(evidence, f->evidence.p, f->evidence.n * sizeof *evidence);
	evidence[f->evidence.n] = text_of(answer, is_full, a);
	f->evidence = (struct str_list){evidence, f->evidence.n + 1};
	if (answer->liveness == LIVENESS_LIVE) {
		f->severity = SEVERITY_CRITICAL;
		f->severity_source = STR("provider");
		f->confidence = 1;
	} else if (answer->liveness == LIVENESS_DEAD) {
		f->severity = SEVERITY_NEGLIGIBLE;
		f->severity_source = STR("provider");
	}
	return a->failed ? -ERR_NOMEM : 0;
}

static int cover(struct report *report, uint64_t n_asked, uint64_t n_unknown, bool is_full,
		 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf why = STRBUF_INIT(512);

	if (is_full)
		strbuf_addf(&why, "more credentials than secret_verifications (%d)%s",
			    LIMIT_SECRET_VERIFICATIONS, n_unknown ? "; " : "");
	if (n_unknown)
		strbuf_addf(&why,
			    "providers gave no clear answer about %llu of them; each finding "
			    "tells why",
			    (unsigned long long)n_unknown);
	if (report_add_coverage(report, STR("secrets that still work"),
				why.n ? COVERAGE_PARTIAL : COVERAGE_ASSESSED,
				why.n ? arena_str(&report->arena, strbuf_str(&why)) : STR_NULL,
				STR_NULL, n_asked) < 0)
		return err_nomem(err);
	return 0;
}

int secret_verdict(const struct secret_watching *watching, struct report *report, struct err *err)
{
	uint64_t n_asked = 0, n_unknown = 0;
	bool is_full;
	int r = 0;

	if (!watching || !watching->verifier)
		return 0;
	secret_verifier_ask(watching->verifier);
	is_full = secret_verifier_is_full(watching->verifier);
	for (size_t i = 0; i < report->findings.n && r == 0; i++) {
		struct finding *f = vec_at(&report->findings, i);
		struct secret_answer answer;

		if (f->kind != FINDING_SECRET || !f->fingerprint.n)
			continue;
		answer = secret_verifier_answer(watching->verifier, f->fingerprint);
		n_asked += answer.liveness != LIVENESS_NOT_ASKED;
		n_unknown += answer.liveness == LIVENESS_UNKNOWN;
		r = apply(f, &answer, is_full, &report->arena);
	}
	return r < 0 ? err_nomem(err) : cover(report, n_asked, n_unknown, is_full, err);
}
