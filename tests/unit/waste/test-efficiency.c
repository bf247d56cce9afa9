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

static uint64_t hidden_of(const struct layers *s, size_t i)
{
	return ((const struct report_layer *)vec_at(&s->report->layers, i))->hidden_bytes;
}

/*
 * By hand, as dive counts. Seen paths: etc/a 100, 150; etc/b 200, 200; etc/c 50, 0; opt/x 1000;
 * opt/y 2000; opt 3000, since its whiteout takes all below with it; links 0.
 * Smallest: 100 + 200 + 0 + 1000 + 2000 + 3000. All: 250 + 400 + 50 + 1000 + 2000 + 3000.
 */
TEST(deletes_overwrites_and_hard_links_count_as_in_dive)
{
	CLEANUP(layers_done) struct layers s = {0};
	const struct report_efficiency *e;

	ADD(&s, DIR("etc"), FILE_OF("etc/a", 100), FILE_OF("etc/b", 200), DIR("opt"),
	    FILE_OF("opt/x", 1000), FILE_OF("opt/y", 2000), {"link", NODE_HARDLINK, 0, "etc/b", 0},
	    {"bin/sh", NODE_SYMLINK, 0, "../link", 0});
	ADD(&s, FILE_OF("etc/a", 150), FILE_OF(".wh.opt", 0), FILE_OF("etc/c", 50));
	ADD(&s, FILE_OF("etc/.wh.c", 0), FILE_OF("etc/b", 200));
	measure(&s);
	e = &s.report->efficiency;
	assert_true(e->efficiency == 6300.0 / 6700.0);
	assert_int_equal(e->wasted_bytes, 250 + 400 + 50);
	assert_int_equal(e->n_paths, 3);
	assert_str(e->paths[0].path, "etc/b");
	assert_int_equal(e->paths[0].count, 2);
	assert_int_equal(e->layer_bytes, 3700);
	assert_int_equal(e->user_bytes, 400);
	assert_true(e->user_wasted == 700.0 / 400.0);
}

/* What shows: etc/a of layer 2, etc/b of layer 3, and that of layer 1 by its other name. */
TEST(a_hard_link_that_shows_keeps_the_bytes_of_a_hidden_file)
{
	CLEANUP(layers_done) struct layers s = {0};

	ADD(&s, DIR("etc"), FILE_OF("etc/a", 100), FILE_OF("etc/b", 200), DIR("opt"),
	    FILE_OF("opt/x", 1000), FILE_OF("opt/y", 2000), {"link", NODE_HARDLINK, 0, "etc/b", 0});
	ADD(&s, FILE_OF("etc/a", 150), FILE_OF(".wh.opt", 0), FILE_OF("etc/c", 50));
	ADD(&s, FILE_OF("etc/.wh.c", 0), FILE_OF("etc/b", 200));
	measure(&s);
	assert_int_equal(hidden_of(&s, 0), 3100);
	assert_int_equal(hidden_of(&s, 1), 50);
	assert_int_equal(hidden_of(&s, 2), 0);
	assert_int_equal(s.report->efficiency.hidden_bytes, 3150);
	assert_wastes(&s, "deleted 3000 1>2 opt/y opt/x; overwritten 100 1>2 etc/a; "
			  "deleted 50 2>3 etc/c");
}

/*
 * By hand: var/lib/f 500, 400; var/lib/g 300; var/e 0; var 700, since dive does not see the opaque
 * directory: f of layer 2 and g of layer 1; var/n 10.
 */
TEST(opaque_directories_count_as_in_dive_and_exactly)
{
	CLEANUP(layers_done) struct layers s = {0};
	const struct report_efficiency *e;

	ADD(&s, DIR("var"), DIR("var/lib"), FILE_OF("var/lib/f", 500), FILE_OF("var/lib/g", 300));
	ADD(&s, DIR("var"), DIR("var/lib"), FILE_OF("var/lib/.wh..wh..opq", 0),
	    FILE_OF("var/lib/f", 400), DIR("var/e"));
	ADD(&s, FILE_OF(".wh.var", 0));
	ADD(&s, DIR("var"), FILE_OF("var/n", 10));
	measure(&s);
	e = &s.report->efficiency;
	assert_true(e->efficiency == 1410.0 / 1910.0);
	assert_int_equal(e->wasted_bytes, 900);
	assert_int_equal(e->layer_bytes, 1210);
	assert_true(e->user_wasted == 900.0 / 410.0);
	assert_int_equal(hidden_of(&s, 0), 800);
	assert_int_equal(hidden_of(&s, 1), 400);
	assert_wastes(&s, "overwritten 500 1>2 var/lib/f; deleted 400 2>3 var/lib/f; "
			  "deleted 300 1>2 var/lib/g");
}

/* dive forgets that a directory is one where an upper layer has no entry for it. */
TEST(a_whiteout_of_a_directory_that_is_only_implied_weighs_nothing_for_dive)
{
	CLEANUP(layers_done) struct layers s = {0};

	ADD(&s, DIR("var"), FILE_OF("var/f", 500));
	ADD(&s, FILE_OF("var/g", 100));
	ADD(&s, FILE_OF(".wh.var", 0));
	measure(&s);
	assert_true(s.report->efficiency.efficiency == 1.0);
	assert_int_equal(s.report->efficiency.hidden_bytes, 600);
}

TEST(a_whiteout_of_what_an_ancestor_removed_already_is_passed_over)
{
	CLEANUP(layers_done) struct layers s = {0};

	ADD(&s, DIR("a"), DIR("a/b"), FILE_OF("a/b/f", 100));
	ADD(&s, FILE_OF(".wh.a", 0));
	ADD(&s, DIR("a"), FILE_OF("a/.wh.b", 0));
	measure(&s);
	assert_true(s.report->efficiency.efficiency == 1.0);
	assert_int_equal(s.report->efficiency.wasted_bytes, 0);
}

TEST(an_image_of_one_layer_has_no_share_of_later_ones)
{
	CLEANUP(layers_done) struct layers s = {0};

	ADD(&s, FILE_OF("a", 100));
	measure(&s);
	assert_true(s.report->efficiency.user_wasted < 0);
	assert_true(s.report->efficiency.efficiency == 1.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(deletes_overwrites_and_hard_links_count_as_in_dive),
		RUN(a_hard_link_that_shows_keeps_the_bytes_of_a_hidden_file),
		RUN(opaque_directories_count_as_in_dive_and_exactly),
		RUN(a_whiteout_of_a_directory_that_is_only_implied_weighs_nothing_for_dive),
		RUN(a_whiteout_of_what_an_ancestor_removed_already_is_passed_over),
		RUN(an_image_of_one_layer_has_no_share_of_later_ones),
	};

	return RUN_ALL(tests);
}
