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

static void add_versions(struct closure *c, struct str dir)
{
	struct place *place = place_find(c, dir);
	struct str_list names = place ? place_names(c, place) : (struct str_list){0};

	for (size_t i = 0; i < names.n; i++)
		if (char_is_digit(names.p[i].p[0]))
			add_dir(c, join(c, dir, names.p[i]));
}

/* Where distributions have them, while the interpreter itself has not been looked at. */
static void guess_dirs(struct closure *c)
{
	static const char *const parents[] = {
		"usr/lib",	 "usr/share",	    "usr/lib64",
		"usr/local/lib", "usr/local/share", "usr/share/perl",
		"usr/lib/perl5", "usr/share/perl5", "usr/lib64/perl5"};
	struct str_list names;

	c->has_guessed_perl = true;
	add_dir(c, STR("etc/perl"));
	for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
		struct place *parent = place_find(c, str_of(parents[i]));
		bool is_perl = str_has_suffix(str_of(parents[i]), STR("perl")) ||
			       str_has_suffix(str_of(parents[i]), STR("perl5"));

		names = parent ? place_names(c, parent) : (struct str_list){0};
		if (is_perl)
			add_dir(c, str_of(parents[i]));
		for (size_t k = 0; k < names.n; k++) {
			struct str dir = join(c, str_of(parents[i]), names.p[k]);

			if (str_has_prefix(names.p[k], STR("perl")) ||
			    (is_perl && (char_is_digit(names.p[k].p[0]) ||
					 str_has_suffix(names.p[k], STR("_perl")))))
				add_dir(c, dir);
			if (str_find(names.p[k], STR("-linux-")) < names.p[k].n) {
				add_dir(c, join(c, dir, STR("perl-base")));
				add_versions(c, join(c, dir, STR("perl5")));
				add_versions(c, join(c, dir, STR("perl")));
			}
		}
	}
}

void perl_module(struct closure *c, const struct need *n, struct str module)
{
	struct str file = file_of(c, module);
	struct str why = arena_strf(&c->temp, "module %.*s", STR_FMT(module));
	bool is_file = str_find_char(module, '.') < module.n;

	if (c->n_perl_dirs == 0 && !c->has_guessed_perl)
		guess_dirs(c);
	for (size_t i = 0; i < c->n_perl_dirs; i++) {
		struct str path = join(c, c->perl_dirs[i], file);
		struct place *p;

		if (str_has_suffix(module, STR("/"))) {
			assume_tree(c, place_find(c, path), n,
				    STR("a module loads one of its folder"), NULL);
			continue;
		}
		p = place_find(c, is_file ? path : arena_strf(&c->temp, "%.*s.pm", STR_FMT(path)));

		need(c, p, n, why);
		need(c, /* XS: auto/A/B/B.so */
		     place_find(c, arena_strf(&c->temp, "%.*s/auto/%.*s/%.*s.so",
					      STR_FMT(c->perl_dirs[i]), STR_FMT(file),
					      STR_FMT(path_base(file)))),
		     n, why);
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
			perl_module(c, n, l.text);
			break;
		case LINK_UNKNOWN:
			gap(c, n, l.text, 0.97);
			break;
		case LINK_PATH:
			/* Its own folders are those of Config.pm: no need of it */
			if (!n->is_assumed && str_find(l.text, STR("/perl")) == l.text.n)
				follow_path(c, n, l.text);
			break;
		default:
			break;
		}
	}
}
