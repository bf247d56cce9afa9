/* SPDX-License-Identifier: Apache-2.0 */
#include "report/finding.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "report/report.h"

static const char *const kinds[] = {
	[FINDING_VULNERABILITY] = "vulnerability",
	[FINDING_SECRET] = "secret",
	[FINDING_MALWARE] = "malware",
	[FINDING_MISCONFIGURATION] = "misconfiguration",
	[FINDING_WASTE] = "waste",
	[FINDING_TRUST] = "trust",
	[FINDING_COMPLIANCE] = "compliance",
	[FINDING_RUNTIME] = "runtime",
};

static const char *const severities[] = {
	[SEVERITY_UNKNOWN] = "unknown", [SEVERITY_NEGLIGIBLE] = "negligible",
	[SEVERITY_LOW] = "low",		[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_HIGH] = "high",	[SEVERITY_CRITICAL] = "critical",
};

static const char *const statuses[] = {
	[STATUS_AFFECTED] = "affected",
	[STATUS_FIXED] = "fixed",
	[STATUS_WILL_NOT_FIX] = "will_not_fix",
	[STATUS_FIX_DEFERRED] = "fix_deferred",
	[STATUS_END_OF_LIFE] = "end_of_life",
	[STATUS_UNDER_INVESTIGATION] = "under_investigation",
	[STATUS_NOT_AFFECTED] = "not_affected",
};

static const char *const subjects[] = {
	[SUBJECT_PACKAGE] = "package",
	[SUBJECT_FILE] = "file",
	[SUBJECT_INSTRUCTION] = "instruction",
	[SUBJECT_OBJECT] = "object",
	[SUBJECT_IMAGE] = "image",
	[SUBJECT_CONTAINER] = "container",
	[SUBJECT_HOST] = "host",
};

static const char *const origins[] = {
	[ORIGIN_UNKNOWN] = "",
	[ORIGIN_BASE] = "base",
	[ORIGIN_OWN] = "own",
	[ORIGIN_COPIED] = "copied",
};

const char *finding_kind_name(enum finding_kind k)
{
	return kinds[k];
}

const char *severity_name(enum severity s)
{
	return severities[s];
}

const char *finding_status_name(enum finding_status s)
{
	return statuses[s];
}

const char *subject_kind_name(enum subject_kind k)
{
	return subjects[k];
}

const char *finding_origin_name(enum finding_origin o)
{
	return origins[o];
}

int severity_parse(struct str name, enum severity *ret, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(severities); i++)
		if (str_eq(name, str_of(severities[i]))) {
			*ret = (enum severity)i;
			return 0;
		}
	return err_set(
		err, ERR_USAGE,
		"\"%.*s\" is no severity: critical, high, medium, low, negligible or unknown",
		STR_FMT(name));
}

static void hash_field(struct digest *d, struct str s)
{
	digest_update(d, s);
	digest_update(d, STR("\x1f")); /* a byte that no field holds */
}

static int make_id(struct report *r, struct finding *f, struct err *err)
{
	const struct finding_subject *s = &f->subject;
	const struct str fields[] = {str_of(kinds[f->kind]),
				     f->rule,
				     str_of(subjects[s->kind]),
				     s->name,
				     s->version,
				     s->purl,
				     s->path,
				     s->layer};
	CLEANUP(digest_done) struct digest d = {0};
	char text[DIGEST_TEXT_MAX];
	struct digest_value v;
	int e = digest_init(&d, DIGEST_SHA256, err);

	if (e < 0)
		return e;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		hash_field(&d, fields[i]);
	for (size_t i = 0; f->kind != FINDING_VULNERABILITY && i < f->evidence.n; i++)
		hash_field(&d, f->evidence.p[i]);
	digest_final(&d, &v);
	f->id = arena_str(&r->arena, str_sub(str_skip(digest_format(&v, text), 7), 0, 16));
	return f->id.p ? 0 : err_nomem(err);
}

void finding_number_id(struct report *r, struct finding *f, uint64_t times)
{
	CLEANUP(digest_done) struct digest d = {0};
	char text[DIGEST_TEXT_MAX], number[24];
	struct digest_value v;
	struct str id;

	if (digest_init(&d, DIGEST_SHA256, NULL) < 0)
		return;
	(void)snprintf(number, sizeof number, "%llu", (unsigned long long)times);
	hash_field(&d, f->id);
	hash_field(&d, str_of(number));
	digest_final(&d, &v);
	id = arena_str(&r->arena, str_sub(str_skip(digest_format(&v, text), 7), 0, 16));
	if (id.p)
		f->id = id;
}

int report_add_finding(struct report *r, const struct finding *f, struct err *err)
{
	struct finding *copy = vec_push(&r->findings);
	int e;

	if (!copy)
		return err_set(err, ERR_LIMIT, "more than %llu findings",
			       (unsigned long long)LIMIT_FINDINGS);
	*copy = *f;
	e = make_id(r, copy, err);
	if (e < 0)
		vec_cut(&r->findings, r->findings.n - 1);
	return e;
}
