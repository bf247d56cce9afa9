/* SPDX-License-Identifier: Apache-2.0 */
/* Modules of Perl: below the folders that the interpreter's own data names, with their libraries.
 */
#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "closure/closure_internal.h"

static void add_dir(struct closure *c, struct str dir)
{
	if (c->n_perl_dirs == sizeof c->perl_dirs / sizeof *c->perl_dirs ||
	    !place_is_dir(place_find(c, dir)))
		return;
	for (size_t i = 0; i < c->n_perl_dirs; i++)
		if (str_eq(c->perl_dirs[i], dir))
			return;
	c->perl_dirs[c->n_perl_dirs++] = arena_str(&c->temp, dir);
}

void perl_meet(struct closure *c, const struct need *n, struct program p)
{
	struct str path = closure_env(c, "PERL5LIB"), dir;
	struct program_link l;

	(void)n;
	while (str_pull_until(&path, ':', &dir))
		add_dir(c, dir);
	while (program_next(&p, &l))
		if (l.kind == LINK_PATH && str_find(l.text, STR("perl")) < l.text.n)
			add_dir(c, l.text);
}

/* A::B as a/b, "x.pl" as it is. */
static struct str file_of(struct closure *c, struct str module)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(8192);

	if (str_find_char(module, '.') < module.n)
		return module;
	for (struct str rest = module; rest.n;) {
		if (str_pull_prefix(&rest, STR("::"))) {
			strbuf_addc(&sb, '/');
			continue;
		}
		strbuf_addc(&sb, rest.p[0]);
		rest = str_skip(rest, 1);
	}
	return arena_str(&c->temp, strbuf_str(&sb));
}

static void need_module(struct closure *c, struct need *n, struct str module)
{
	struct str file = file_of(c, module);
	struct str why = arena_strf(&c->temp, "module %.*s", STR_FMT(module));
	bool is_file = str_find_char(module, '.') < module.n;

	for (size_t i = 0; i < c->n_perl_dirs; i++) {
		struct str path = join(c, c->perl_dirs[i], file);
		struct place *p = place_find(
			c, is_file ? path : arena_strf(&c->temp, "%.*s.pm", STR_FMT(path)));

		need(c, p, n, why);
		need(c, /* XS: auto/A/B/B.so */
		     place_find(c, arena_strf(&c->temp, "%.*s/auto/%.*s/%.*s.so",
					      STR_FMT(c->perl_dirs[i]), STR_FMT(file),
					      STR_FMT(path_base(file)))),
		     n, why);
		if (p)
			return;
	}
}

void follow_perl(struct closure *c, struct need *n, struct program *p)
{
	struct program_link l;

	while (program_next(p, &l)) {
		switch (l.kind) {
		case LINK_INTERPRETER:
			need(c, place_find(c, l.text), n,
			     arena_strf(&c->temp, "interpreter %.*s", STR_FMT(l.text)));
			/* Its folders are known once it is followed; asked again then. */
			if (c->n_perl_dirs == 0) {
				struct program perl;
				struct place *file = place_end(place_find(c, l.text));

				if (place_program(c, file, &perl))
					perl_meet(c, n, perl);
			}
			break;
		case LINK_PERL:
			need_module(c, n, l.text);
			break;
		case LINK_UNKNOWN:
			gap(c, n, l.text, 0.97);
			break;
		case LINK_PATH:
			follow_path(c, n, l.text);
			break;
		default:
			break;
		}
	}
}
