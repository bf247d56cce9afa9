/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/waste/layers.h"

#define DIR(path)                                                                                  \
	{                                                                                          \
		path, NODE_DIR, 0, NULL, 0755                                                      \
	}
#define FILE_OF(path, n)                                                                           \
	{                                                                                          \
		path, NODE_FILE, n, NULL, 0                                                        \
	}
#define PROGRAM_OF(path)                                                                           \
	{                                                                                          \
		path, NODE_FILE, 10, NULL, 0755                                                    \
	}
#define LARGE 70000

TEST(left_overs_are_summed_up_by_kind_and_layer)
{
	CLEANUP(layers_done) struct layers s = {0};

	ADD(&s, FILE_OF("usr/share/doc/a/copyright", 7), FILE_OF("usr/share/doc/a/changelog", 40),
	    FILE_OF("usr/share/man/man1/x.1", 60), FILE_OF("var/lib/apt/lists/main", 900));
	ADD(&s, FILE_OF("usr/share/doc/b/README", 5), FILE_OF("root/.cache/pip/http/1", 300),
	    FILE_OF("root/.cache/fontconfig/1", 20), FILE_OF("app/.git/config", 30),
	    FILE_OF("srv/dist/main.js.map", 11), FILE_OF("srv/dist/main.js", 500));
	measure(&s);
	assert_wastes(&s, "apt-lists 900 1 var/lib/apt/lists; pip-cache 300 2 root/.cache/pip; "
			  "documentation 100 1 usr/share/man usr/share/doc; "
			  "version-control 30 2 app/.git; tool-cache 20 2 root/.cache; "
			  "source-maps 11 2 srv/dist/main.js.map; "
			  "documentation 5 2 usr/share/doc");
}

TEST(files_of_the_same_content_are_copies_of_the_first)
{
	CLEANUP(layers_done) struct layers s = {0};

	ADD(&s, FILE_OF("opt/a", LARGE), FILE_OF("opt/b", LARGE), FILE_OF("opt/c", LARGE + 1));
	ADD(&s, FILE_OF("srv/a", LARGE));
	add_content(&s, 0, "opt/a", 1, 0);
	add_content(&s, 0, "opt/b", 1, 500);
	add_content(&s, 0, "opt/c", 1, 300); /* of another size */
	add_content(&s, 1, "srv/a", 1, 0);
	measure(&s);
	assert_wastes(&s, "duplicate 70000 1 opt/b = opt/a; duplicate 70000 2 srv/a = opt/a; "
			  "unstripped 300 1 opt/c");
}

TEST(a_file_written_again_as_it_was_is_told_as_that)
{
	CLEANUP(layers_done) struct layers s = {0};

	ADD(&s, FILE_OF("app/x", LARGE), FILE_OF("app/y", LARGE));
	ADD(&s, FILE_OF("app/x", LARGE), FILE_OF("app/y", LARGE));
	add_content(&s, 0, "app/x", 1, 0);
	add_content(&s, 0, "app/y", 2, 0);
	add_content(&s, 1, "app/x", 1, 0);
	add_content(&s, 1, "app/y", 3, 0);
	measure(&s);
	assert_wastes(&s, "overwritten 70000 1>2 app/y; unchanged 70000 1>2 app/x");
}

TEST(packages_that_build_are_weighed_by_the_files_they_own)
{
	static const struct str files[] = {STR("usr/bin/gcc"), STR("lib/gcc/cc1")};
	CLEANUP(layers_done) struct layers s = {0};
	struct report_package *p;
	const struct report_waste *w;

	ADD(&s, FILE_OF("usr/bin/gcc", 100), FILE_OF("usr/lib/gcc/cc1", 900),
	    FILE_OF("usr/bin/app", 5));
	p = vec_push(&s.report->packages);
	p->p.name = STR("gcc-12");
	p->p.files = (struct str_list){files, 2};
	measure(&s);
	assert_wastes(&s, "build-tools 1000 1 usr/lib/gcc/cc1 usr/bin/gcc");
	w = vec_at(&s.report->wastes, 0);
	assert_int_equal(w->packages.n, 1);
	assert_str(w->packages.p[0], "gcc-12");
}

static void assert_names(struct str_list got, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

	for (size_t i = 0; i < got.n; i++) {
		strbuf_adds(&sb, i ? " " : "");
		strbuf_add(&sb, got.p[i]);
	}
	assert_string_equal(strbuf_cstr(&sb), want);
}

TEST(the_attack_surface_is_what_shows_in_folders_of_programs)
{
	CLEANUP(layers_done) struct layers s = {0};
	const struct report_surface *x;

	ADD(&s, PROGRAM_OF("usr/bin/bash"), PROGRAM_OF("usr/bin/python3.11"),
	    {"bin/sh", NODE_SYMLINK, 0, "dash", 0}, PROGRAM_OF("usr/bin/curl"),
	    {"usr/bin/su", NODE_FILE, 10, NULL, 04755},
	    {"usr/bin/wall", NODE_FILE, 10, NULL, 02755},
	    {"usr/lib/libx.so.1", NODE_FILE, 10, NULL, 0755}, PROGRAM_OF("opt/share/zsh"),
	    {"srv/all", NODE_FILE, 1, NULL, 0666});
	ADD(&s, FILE_OF("usr/bin/.wh.curl", 0), PROGRAM_OF("usr/bin/gcc-12"));
	measure(&s);
	x = &s.report->surface;
	assert_names(x->shells, "bash sh");
	assert_names(x->interpreters, "python");
	assert_names(x->network_tools, "");
	assert_names(x->compilers, "gcc");
	assert_int_equal(x->n_executables, 6); /* bash python su wall zsh gcc */
	assert_int_equal(x->n_setuid, 1);
	assert_int_equal(x->n_setgid, 1);
	assert_int_equal(x->n_world_writable, 1);
}

TEST(a_layer_that_was_not_read_leaves_it_assessed_in_part)
{
	CLEANUP(layers_done) struct layers s = {0};
	const struct coverage *c;

	ADD(&s, FILE_OF("a", 1));
	((struct report_layer *)vec_at(&s.report->layers, 0))->assessed = false;
	measure(&s);
	c = vec_at(&s.report->coverage, 0);
	assert_str(c->what, "waste");
	assert_int_equal(c->state, COVERAGE_PARTIAL);
	assert_str(c->reason, "not all layers could be read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(left_overs_are_summed_up_by_kind_and_layer),
		RUN(files_of_the_same_content_are_copies_of_the_first),
		RUN(a_file_written_again_as_it_was_is_told_as_that),
		RUN(packages_that_build_are_weighed_by_the_files_they_own),
		RUN(the_attack_surface_is_what_shows_in_folders_of_programs),
		RUN(a_layer_that_was_not_read_leaves_it_assessed_in_part),
	};

	return RUN_ALL(tests);
}
