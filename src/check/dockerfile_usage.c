/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_usage.h"

#include <ctype.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/unicode.h"
#include "check/dockerfile_heredoc.h"
#include "check/dockerfile_mount.h"

enum flag_kind {
	FLAG_TEXT,
	FLAG_TRUTH, /* alone, or =true, =false */
	FLAG_LIST,  /* a text, as often as wanted */
};

static const struct flag_rule {
	enum instruction_keyword keyword;
	const char *name;
	enum flag_kind kind;
} flag_rules[] = {
	{INSTRUCTION_ADD, "checksum", FLAG_TEXT},
	{INSTRUCTION_ADD, "chmod", FLAG_TEXT},
	{INSTRUCTION_ADD, "chown", FLAG_TEXT},
	{INSTRUCTION_ADD, "exclude", FLAG_LIST},
	{INSTRUCTION_ADD, "keep-git-dir", FLAG_TRUTH},
	{INSTRUCTION_ADD, "link", FLAG_TRUTH},
	{INSTRUCTION_ADD, "unpack", FLAG_TRUTH},
	{INSTRUCTION_COPY, "chmod", FLAG_TEXT},
	{INSTRUCTION_COPY, "chown", FLAG_TEXT},
	{INSTRUCTION_COPY, "exclude", FLAG_LIST},
	{INSTRUCTION_COPY, "from", FLAG_TEXT},
	{INSTRUCTION_COPY, "link", FLAG_TRUTH},
	{INSTRUCTION_COPY, "parents", FLAG_TRUTH},
	{INSTRUCTION_FROM, "platform", FLAG_TEXT},
	{INSTRUCTION_HEALTHCHECK, "interval", FLAG_TEXT},
	{INSTRUCTION_HEALTHCHECK, "retries", FLAG_TEXT},
	{INSTRUCTION_HEALTHCHECK, "start-interval", FLAG_TEXT},
	{INSTRUCTION_HEALTHCHECK, "start-period", FLAG_TEXT},
	{INSTRUCTION_HEALTHCHECK, "timeout", FLAG_TEXT},
	{INSTRUCTION_RUN, "device", FLAG_LIST},
	{INSTRUCTION_RUN, "mount", FLAG_LIST},
	{INSTRUCTION_RUN, "network", FLAG_TEXT},
	{INSTRUCTION_RUN, "security", FLAG_TEXT},
};

/* What is wrong and where, while an instruction is looked at. */
struct check {
	const struct instruction *in;
	struct arena *arena;
	struct dockerfile_problem *found;
};

#define REFUSE(c, span, ...)                                                                       \
	({                                                                                         \
		struct err what_ = {0};                                                            \
                                                                                                   \
		if ((c)->arena)                                                                    \
			err_set(&what_, ERR_FORMAT, __VA_ARGS__);                                  \
		refuse(c, DOCKERFILE_USAGE, span, what_.msg);                                      \
	})

/* False, for callers to pass on. */
static bool refuse(const struct check *c, enum dockerfile_level level, struct dockerfile_span span,
		   const char *message)
{
	const char *name = instruction_name(c->in->keyword);

	*c->found = (struct dockerfile_problem){.level = level, .span = span};
	if (c->arena)
		c->found->message =
			arena_strf(c->arena, "%s%s%s", name, *name ? ": " : "", message);
	return false;
}

static const struct flag_rule *find_rule(const struct instruction *in, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(flag_rules); i++)
		if (flag_rules[i].keyword == in->keyword && str_is(name, flag_rules[i].name))
			return &flag_rules[i];
	return NULL;
}

static bool is_boolean(struct str s)
{
	return str_eq_nocase(s, STR("true")) || str_eq_nocase(s, STR("false"));
}

static bool check_flag(const struct check *c, const struct dockerfile_flag *f)
{
	const struct flag_rule *rule = find_rule(c->in, f->name);
	struct str name = str_sub(f->name, 0, 80);

	if (!rule)
		return REFUSE(c, f->word.span, "there is no flag --%.*s", STR_FMT(name));
	if (rule->kind != FLAG_LIST && instruction_flag(c->in, rule->name) != f)
		return REFUSE(c, f->word.span, "--%.*s is given twice", STR_FMT(name));
	if (!f->has_value && rule->kind != FLAG_TRUTH)
		return REFUSE(c, f->word.span, "--%.*s needs a value", STR_FMT(name));
	if (f->has_value && rule->kind == FLAG_TRUTH && !is_boolean(f->value))
		return REFUSE(c, f->value_span, "--%.*s is true or false", STR_FMT(name));
	return true;
}

static bool check_flags(const struct check *c)
{
	for (size_t i = 0; i < c->in->n_flags; i++)
		if (!check_flag(c, &c->in->flags[i]))
			return false;
	return true;
}

static bool need_arguments(const struct check *c, size_t least)
{
	if (c->in->n_args >= least)
		return true;
	return REFUSE(c, c->in->name.span, "needs at least %s",
		      least == 1 ? "one argument" : "a source and a destination");
}

static bool need_one(const struct check *c)
{
	return c->in->n_args == 1 || REFUSE(c, c->in->name.span, "needs an argument");
}

static bool check_pairs(const struct check *c)
{
	if (c->in->n_pairs == 0)
		return REFUSE(c, c->in->name.span, "needs at least one %s",
			      c->in->keyword == INSTRUCTION_ARG ? "name" : "name=value");
	for (size_t i = 0; i < c->in->n_pairs; i++)
		if (c->in->pairs[i].key.text.n == 0)
			return REFUSE(c, c->in->args[i].span, "a name is missing before the '='");
	return true;
}

static bool check_files(const struct check *c)
{
	const struct instruction *in = c->in;
	const struct dockerfile_word *last;
	struct line_heredoc h;

	if (!need_arguments(c, 2) || !check_flags(c))
		return false;
	last = &in->args[in->n_args - 1];
	if (!c->arena || str_find(last->text, STR("<<")) == last->text.n)
		return true;
	if (heredoc_parse(last->text, c->arena, &h, NULL) > 0)
		return REFUSE(c, last->span, "a heredoc cannot be the destination");
	return true;
}

/* ^[a-z][a-z0-9-_.]*$ once in lower case */
static bool is_stage_name(struct str s)
{
	if (s.n == 0 || !char_is_alpha(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !strchr("-_.", s.p[i]))
			return false;
	return str_find_char(s, '\0') == s.n;
}

static bool check_from(const struct check *c)
{
	const struct instruction *in = c->in;

	if (in->n_args == 3 && str_eq_nocase(in->args[1].text, STR("as"))) {
		if (!is_stage_name(in->args[2].text))
			return REFUSE(c, in->args[2].span,
				      "\"%.*s\" is no name of a stage: letters, digits, '-', '_' "
				      "and '.', a letter first",
				      STR_FMT(str_sub(in->args[2].text, 0, 80)));
	} else if (in->n_args != 1) {
		return REFUSE(c, in->name.span, "expected IMAGE or IMAGE AS NAME");
	}
	return check_flags(c);
}

static bool is_one_of(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_is(s, *words))
			return true;
	return false;
}

static bool check_word_flag(const struct check *c, const char *name, const char *const *words)
{
	const struct dockerfile_flag *f = instruction_flag(c->in, name);

	if (!f || is_one_of(f->value, words))
		return true;
	return REFUSE(c, f->value_span, "\"%.*s\" is no value of --%s",
		      STR_FMT(str_sub(f->value, 0, 80)), name);
}

static bool check_mounts(const struct check *c)
{
	struct dockerfile_span span = {0};
	struct err err = {0};

	for (size_t i = 0; i < c->in->n_mounts; i++) {
		const struct dockerfile_mount *m = &c->in->mounts[i];
		const struct dockerfile_option *from = mount_option(m, "from");
		size_t dollar = from ? str_find_char(from->value.text, '$') : 0;

		if (from && dollar + 1 < from->value.text.n)
			return REFUSE(c, from->span,
				      "--mount: from takes no variable; give the stage a name");
		if (mount_check(m, &span, &err) < 0)
			return refuse(c, DOCKERFILE_BUILD, span, err.msg);
	}
	return true;
}

static bool check_run(const struct check *c)
{
	static const char *const networks[] = {"default", "none", "host", NULL};
	static const char *const securities[] = {"sandbox", "insecure", NULL};

	return check_flags(c) && check_word_flag(c, "network", networks) &&
	       check_word_flag(c, "security", securities) && check_mounts(c);
}

static bool pull_unit(struct str *s, double *ret_ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1},	  {"us", 1e3}, {"\u00b5s", 1e3}, {"\u03bcs", 1e3},
		     {"ms", 1e6}, {"s", 1e9},  {"m", 60e9},	 {"h", 3600e9}};
	size_t n = 0;
	struct str unit;

	while (n < s->n && s->p[n] != '.' && !char_is_digit(s->p[n]))
		n++;
	unit = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_is(unit, units[i].name)) {
			*ret_ns = units[i].ns;
			return true;
		}
	}
	return false;
}

/* "1.5" off the front. */
static bool pull_number(struct str *s, double *ret)
{
	double v = 0, place = 1;
	size_t n = 0, digits = 0;
	bool fraction = false;

	for (; n < s->n && (char_is_digit(s->p[n]) || (s->p[n] == '.' && !fraction)); n++) {
		if (s->p[n] == '.') {
			fraction = true;
			continue;
		}
		digits++;
		if (fraction)
			v += (s->p[n] - '0') * (place /= 10);
		else
			v = v * 10 + (s->p[n] - '0');
	}
	*s = str_skip(*s, n);
	*ret = v;
	return digits > 0;
}

bool dockerfile_duration_parse(struct str s, double *ret_ns)
{
	bool negative = str_pull_prefix(&s, STR("-"));
	double number, unit, total = 0;

	if (!negative)
		(void)str_pull_prefix(&s, STR("+")); /* may stand there */
	*ret_ns = 0;
	if (str_is(s, "0"))
		return true;
	if (s.n == 0)
		return false;
	while (s.n) {
		if (!pull_number(&s, &number) || !pull_unit(&s, &unit))
			return false;
		total += number * unit;
	}
	*ret_ns = negative ? -total : total;
	return total < 9.3e18;
}

static bool check_duration(const struct check *c, const char *name)
{
	const struct dockerfile_flag *f = instruction_flag(c->in, name);
	double ns;

	if (!f || f->value.n == 0)
		return true;
	if (!dockerfile_duration_parse(f->value, &ns))
		return REFUSE(c, f->value_span, "--%s: \"%.*s\" is no duration, such as 1m30s",
			      name, STR_FMT(str_sub(f->value, 0, 80)));
	if (ns != 0 && ns < 1e6)
		return REFUSE(c, f->value_span, "--%s: shorter than a millisecond", name);
	return true;
}

static bool check_retries(const struct check *c)
{
	const struct dockerfile_flag *f = instruction_flag(c->in, "retries");
	struct str value = f ? f->value : STR_NULL;
	uint64_t n;

	(void)str_pull_prefix(&value, STR("+")); /* may stand there */
	if (!f || f->value.n == 0 || (str_parse_u64(value, &n) && n <= INT32_MAX))
		return true;
	return REFUSE(c, f->value_span, "--retries: \"%.*s\" is no number of tries",
		      STR_FMT(str_sub(f->value, 0, 80)));
}

static bool check_healthcheck(const struct check *c)
{
	static const char *const durations[] = {"interval", "timeout", "start-period",
						"start-interval"};
	const struct instruction *in = c->in;

	if (!need_arguments(c, 1))
		return false;
	if (str_eq_nocase(in->args[0].text, STR("none")))
		return in->n_args == 1 ||
		       REFUSE(c, in->args[1].span, "nothing may stand behind NONE");
	if (!check_flags(c))
		return false;
	if (!str_eq_nocase(in->args[0].text, STR("cmd")))
		return REFUSE(c, in->args[0].span, "expected CMD or NONE");
	if (in->n_args == 1)
		return REFUSE(c, in->args[0].span, "a command is missing behind CMD");
	for (size_t i = 0; i < ARRAY_LEN(durations); i++)
		if (!check_duration(c, durations[i]))
			return false;
	return check_retries(c);
}

static bool is_port(struct str s, uint64_t *ret)
{
	return str_parse_u64(s, ret) && *ret <= 65535;
}

/* 80 or 8000-8010 */
static bool is_port_range(struct str s)
{
	struct str first = s, last = s;
	uint64_t from, to;

	(void)str_cut(s, '-', &first, &last); /* without one both are the port */
	return is_port(first, &from) && is_port(last, &to) && from <= to;
}

/* PORT[-PORT][/PROTOCOL]; an address and a host's port in front mean nothing, but are taken. */
static bool is_exposable(struct str s)
{
	static const char *const protocols[] = {"tcp", "udp", "sctp", ""};
	struct str port, protocol = STR(""), before;

	(void)str_rcut(s, ':', &before, &s); /* may not stand there */
	port = s;
	(void)str_cut(s, '/', &port, &protocol); /* likewise */
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		if (str_eq_nocase(protocol, str_of(protocols[i])))
			return is_port_range(port);
	return false;
}

/* With a variable, a quote or an escape it is known only later. */
static bool is_final(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr("$'\"\\`", s.p[i]))
			return false;
	return true;
}

static bool check_expose(const struct check *c)
{
	if (!need_arguments(c, 1) || !check_flags(c))
		return false;
	for (size_t i = 0; i < c->in->n_args; i++) {
		const struct dockerfile_word *w = &c->in->args[i];
		struct err what = {0};

		if (!is_final(w->text) || is_exposable(w->text))
			continue;
		err_set(&what, ERR_FORMAT, "\"%.*s\" is no port, such as 80/tcp",
			STR_FMT(str_sub(w->text, 0, 80)));
		return refuse(c, DOCKERFILE_BUILD, w->span, what.msg);
	}
	return true;
}

static bool check_onbuild(const struct check *c)
{
	const struct instruction *t = c->in->trigger;

	if (!t)
		return REFUSE(c, c->in->name.span, "needs an instruction");
	if (!check_flags(c))
		return false;
	if (t->keyword == INSTRUCTION_ONBUILD || t->keyword == INSTRUCTION_FROM ||
	    t->keyword == INSTRUCTION_MAINTAINER) {
		(void)REFUSE(c, t->name.span, "%s cannot be a trigger", /* false */
			     instruction_name(t->keyword));
		c->found->fault = DOCKERFILE_FAULT_TRIGGER;
		return false;
	}
	return instruction_is_valid(t, c->arena, c->found);
}

static bool check_shell(const struct check *c)
{
	if (!check_flags(c) || !need_arguments(c, 1))
		return false;
	return c->in->json ||
	       REFUSE(c, c->in->args[0].span, "expected a JSON array: [\"program\", \"option\"]");
}

static bool check_volumes(const struct check *c)
{
	if (!need_arguments(c, 1) || !check_flags(c))
		return false;
	for (size_t i = 0; i < c->in->n_args; i++)
		if (unicode_trim(c->in->args[i].text).n == 0)
			return REFUSE(c, c->in->args[i].span, "a path is empty");
	return true;
}

static bool refuse_unknown(const struct check *c)
{
	struct str written = str_sub(c->in->name.text, 0, 80);
	struct nearest near;
	char upper[80];

	for (size_t i = 0; i < written.n; i++)
		upper[i] = (char)toupper((unsigned char)written.p[i]);
	near = nearest_to(str_make(upper, written.n));
	for (unsigned i = INSTRUCTION_ADD; i <= INSTRUCTION_WORKDIR; i++)
		nearest_offer(&near, str_of(instruction_name((enum instruction_keyword)i)));
	(void)REFUSE(c, c->in->name.span, "there is no instruction \"%.*s\"%s%.*s%s", /* false */
		     STR_FMT(written), near.name.n ? "; did you mean " : "", STR_FMT(near.name),
		     near.name.n ? "?" : "");
	c->found->fault = DOCKERFILE_FAULT_KEYWORD;
	return false;
}

static bool check(const struct check *c)
{
	switch (c->in->keyword) {
	case INSTRUCTION_UNKNOWN:
		return refuse_unknown(c);
	case INSTRUCTION_ADD:
	case INSTRUCTION_COPY:
		return check_files(c);
	case INSTRUCTION_ARG: /* BuildKit passes over flags of these two */
		return check_pairs(c);
	case INSTRUCTION_STOPSIGNAL:
		return need_one(c);
	case INSTRUCTION_ENV:
	case INSTRUCTION_LABEL:
		return check_flags(c) && check_pairs(c);
	case INSTRUCTION_CMD:
	case INSTRUCTION_ENTRYPOINT:
		return check_flags(c);
	case INSTRUCTION_EXPOSE:
		return check_expose(c);
	case INSTRUCTION_FROM:
		return check_from(c);
	case INSTRUCTION_HEALTHCHECK:
		return check_healthcheck(c);
	case INSTRUCTION_MAINTAINER:
	case INSTRUCTION_USER:
	case INSTRUCTION_WORKDIR:
		return need_one(c) && check_flags(c);
	case INSTRUCTION_ONBUILD:
		return check_onbuild(c);
	case INSTRUCTION_RUN:
		return check_run(c);
	case INSTRUCTION_SHELL:
		return check_shell(c);
	case INSTRUCTION_VOLUME:
		return check_volumes(c);
	}
	return true;
}

bool instruction_is_valid(const struct instruction *in, struct arena *a,
			  struct dockerfile_problem *ret)
{
	const struct check c = {in, a, ret};

	return check(&c);
}
