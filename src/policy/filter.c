/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/filter.h"

#include "base/strbuf.h"
#include "base/cleanup.h"
#include "report/plan.h"

#define TEXT_MAX 256

int filter_parse_severities(struct filter *f, struct str words, struct err *err)
{
	struct str word;

	while (str_pull_until(&words, ',', &word)) {
		enum severity s;
		int r = severity_parse(str_trim(word), &s, err);

		if (r < 0)
			return err_wrap(err, r, "--severity");
		f->severities |= 1u << s;
	}
	return 0;
}

static bool is_shown(const struct filter *f, const struct finding *x)
{
	if (f->severities && !(f->severities & 1u << x->severity))
		return false;
	if (f->fixable && x->fix_version.n == 0)
		return false;
	return !f->known_exploited || x->known_exploited;
}

static void describe(const struct filter *f, struct strbuf *sb)
{
	bool first = true;

	for (size_t s = SEVERITY_CRITICAL + 1; s-- > 0;) {
		if (!(f->severities & 1u << s))
			continue;
		strbuf_adds(sb, first ? "--severity " : ",");
		strbuf_adds(sb, severity_name((enum severity)s));
		first = false;
	}
	if (f->fixable)
		strbuf_adds(sb, sb->n ? " --fixable" : "--fixable");
	if (f->known_exploited)
		strbuf_adds(sb, sb->n ? " --known-exploited" : "--known-exploited");
}

/* Keeps what is shown, counts what is not. */
static int drop_hidden(const struct filter *f, struct report *r, struct finding_tally *hidden)
{
	size_t kept = 0;
	int e = 0;

	for (size_t i = 0; i < r->findings.n && e == 0; i++) {
		const struct finding *x = vec_at(&r->findings, i);

		if (is_shown(f, x)) {
			*(struct finding *)vec_at(&r->findings, kept++) = *x;
			continue;
		}
		r->n_hidden++;
		e = finding_tally_add(hidden, x);
	}
	if (e == 0)
		vec_cut(&r->findings, kept);
	return e;
}

int filter_apply(const struct filter *f, struct report *r, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	struct finding_tally hidden;
	int e;

	describe(f, &sb);
	if (sb.n == 0)
		return 0;
	finding_tally_init(&hidden);
	e = drop_hidden(f, r, &hidden);
	r->n_hidden_once = hidden.n;
	finding_tally_done(&hidden);
	r->hidden_by = arena_str(&r->arena, strbuf_str(&sb));
	return e == 0 && r->hidden_by.p ? 0 : err_nomem(err);
}
