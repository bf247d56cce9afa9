/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/fix_plan.h"

#include "base/limits.h"
#include "package/version.h"

bool fix_is_of_distribution(struct str type)
{
	return str_is(type, "deb") || str_is(type, "apk") || str_is(type, "rpm");
}

/* "deb" of "pkg:deb/debian/curl@7": a report that was read has it there too. */
static struct str type_of(const struct finding_subject *s)
{
	struct str type = s->purl;

	if (s->type.n || !str_pull_prefix(&type, STR("pkg:")))
		return s->type;
	return str_sub(type, 0, str_find_char(type, '/'));
}

const char *fix_left_reason(const struct finding *f)
{
	if (!fix_is_of_distribution(type_of(&f->subject)))
		return f->fix_version.n
			       ? "no package of the distribution: rebuild with the fixed one"
			       : "no package of the distribution, and no fix published";
	switch (f->status) {
	case STATUS_WILL_NOT_FIX:
		return "the distribution will not fix it";
	case STATUS_FIX_DEFERRED:
		return "the distribution deferred the fix";
	case STATUS_END_OF_LIFE:
		return f->fix_version.n ? NULL : "the release is past its end of life";
	case STATUS_UNDER_INVESTIGATION:
		return f->fix_version.n ? NULL : "the distribution is looking into it";
	case STATUS_AFFECTED:
	case STATUS_FIXED:
	case STATUS_NOT_AFFECTED:
		break;
	}
	return f->fix_version.n ? NULL : "no fix published";
}

static bool is_named(const struct finding *f, struct str_list only)
{
	for (size_t i = 0; i < only.n; i++) {
		if (str_eq(only.p[i], f->rule))
			return true;
		for (size_t k = 0; k < f->aliases.n; k++)
			if (str_eq(only.p[i], f->aliases.p[k]))
				return true;
	}
	return only.n == 0;
}

static const char *reason_of(const struct finding *f, const struct fix_filter *filter)
{
	const char *reason = fix_left_reason(f);

	if (!reason && filter->severities && !(filter->severities & (1u << f->severity)))
		return "not of the severities asked for";
	if (!reason && !is_named(f, filter->only))
		return "not asked for";
	return reason;
}

static struct fix_package *find_package(struct fix_plan *p, const struct finding_subject *s)
{
	for (size_t i = 0; i < p->packages.n; i++) {
		struct fix_package *k = vec_at(&p->packages, i);

		if (str_eq(k->name, s->name) && str_eq(k->arch, s->arch) &&
		    str_eq(k->from, s->version))
			return k;
	}
	return NULL;
}

static bool is_newer(struct str type, struct str a, struct str b)
{
	enum version_scheme scheme;
	int order = 0;

	return version_scheme_find(type, &scheme) &&
	       version_compare(scheme, a, b, &order, NULL) == 0 && order > 0;
}

static int add_to_package(struct fix_plan *p, const struct finding *f, struct err *err)
{
	const struct finding_subject *s = &f->subject;
	struct fix_package *k = find_package(p, s);
	const struct finding **slot;

	if (!k) {
		k = vec_push(&p->packages);
		if (!k)
			return err_nomem(err);
		*k = (struct fix_package){.type = type_of(s),
					  .name = s->name,
					  .arch = s->arch,
					  .from = s->version,
					  .to = f->fix_version,
					  .source_name = s->source_name,
					  .findings =
						  VEC_INIT(const struct finding *, LIMIT_FINDINGS)};
		p->type = k->type;
	}
	if (is_newer(k->type, f->fix_version, k->to))
		k->to = f->fix_version;
	slot = vec_push(&k->findings);
	if (!slot)
		return err_nomem(err);
	*slot = f;
	p->n_findings++;
	return 0;
}

static int add_left(struct fix_plan *p, const struct finding *f, const char *reason,
		    struct err *err)
{
	struct fix_left *l = vec_push(&p->left);

	if (!l)
		return err_nomem(err);
	*l = (struct fix_left){f, reason};
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct fix_package *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	return order ? order : str_cmp(x->arch, y->arch);
}

int fix_plan_make(const struct report *report, const struct fix_filter *filter,
		  struct fix_plan *ret, struct err *err)
{
	int r = 0;

	*ret = (struct fix_plan){.packages = VEC_INIT(struct fix_package, LIMIT_PACKAGES),
				 .left = VEC_INIT(struct fix_left, LIMIT_FINDINGS),
				 .distro = report->distro};
	for (size_t i = 0; i < report->findings.n && r == 0; i++) {
		const struct finding *f = vec_at(&report->findings, i);
		const char *reason;

		if (f->kind != FINDING_VULNERABILITY || f->suppressed_by.n)
			continue;
		reason = reason_of(f, filter);
		r = reason ? add_left(ret, f, reason, err) : add_to_package(ret, f, err);
	}
	vec_sort(&ret->packages, by_name);
	return r;
}

void fix_plan_done(struct fix_plan *p)
{
	for (size_t i = 0; i < p->packages.n; i++)
		vec_done(&((struct fix_package *)vec_at(&p->packages, i))->findings);
	vec_done(&p->packages);
	vec_done(&p->left);
}
