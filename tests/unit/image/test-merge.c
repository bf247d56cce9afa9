/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "image/merge.h"

struct row {
	const char *path;
	enum node_type type;
	const char *link;
};

#define LAYERS_MAX 4

struct stack {
	struct strbuf bytes[LAYERS_MAX];
	struct tree trees[LAYERS_MAX];
	const struct tree *pointers[LAYERS_MAX];
	struct merge merge;
	struct view view;
	size_t n;
};

static void add_layer(struct stack *s, const struct row *rows, size_t n)
{
	CLEANUP(tree_builder_freep) struct tree_builder *b = NULL;
	size_t i = s->n++;
	struct cursor c;

	s->bytes[i] = (struct strbuf)STRBUF_INIT(1 << 20);
	assert_int_equal(tree_builder_new(&b, NULL), 0);
	for (size_t k = 0; k < n; k++) {
		struct tree_entry e = {.path = str_of(rows[k].path),
				       .type = rows[k].type,
				       .link = str_of(rows[k].link),
				       .size = k + 1};
		uint32_t node;

		assert_int_equal(tree_add(b, &e, &node, NULL, NULL), 0);
	}
	assert_int_equal(tree_freeze(b, &s->bytes[i], NULL), 0);
	c = cursor_make(strbuf_str(&s->bytes[i]));
	assert_int_equal(tree_read(&c, &s->trees[i], NULL), 0);
	s->pointers[i] = &s->trees[i];
}

#define ADD(s, ...)                                                                                \
	add_layer(s, (const struct row[]){__VA_ARGS__},                                            \
		  sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

static void put_together(struct stack *s)
{
	assert_int_equal(merge_init(&s->merge, s->pointers, s->n, NULL), 0);
	s->view = merge_view(&s->merge);
}

static void stack_done(struct stack *s)
{
	merge_done(&s->merge);
	for (size_t i = 0; i < s->n; i++)
		strbuf_done(&s->bytes[i]);
}

/* "layer:path in the merged tree:path as stored" of what shows at path; "-" when nothing does. */
static void assert_shows(struct stack *s, const char *path, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(1 << 16);
	struct view_hit hit;

	if (view_find(&s->view, str_of(path), VIEW_FOLLOW, &hit)) {
		strbuf_addf(&got, "%zu:", hit.layer);
		tree_path(s->view.trees[hit.layer], hit.node, &got);
		strbuf_addc(&got, ':');
		merge_stored(&s->merge, hit.layer, hit.node, &got);
	} else {
		strbuf_adds(&got, "-");
	}
	assert_str(strbuf_str(&got), want);
}

static void assert_file(struct stack *s, const char *path, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(1 << 16);
	struct view_hit hit;

	if (view_file(&s->view, str_of(path), &hit)) {
		strbuf_addf(&got, "%zu:", hit.layer);
		tree_path(s->view.trees[hit.layer], hit.node, &got);
	} else {
		strbuf_adds(&got, "-");
	}
	assert_str(strbuf_str(&got), want);
}

TEST(entries_without_their_directory_go_through_the_symlink_below)
{
	struct stack s = {0};

	ADD(&s, {"usr/lib/a", NODE_FILE, NULL}, {"lib", NODE_SYMLINK, "usr/lib"});
	ADD(&s, {"lib/b", NODE_FILE, NULL}, {"lib/c/d", NODE_FILE, NULL},
	    {"lib/.wh.a", NODE_FILE, NULL});
	put_together(&s);
	assert_true(merge_has_moves(&s.merge, 1));
	assert_shows(&s, "lib/b", "1:usr/lib/b:lib/b");
	assert_shows(&s, "usr/lib/b", "1:usr/lib/b:lib/b");
	assert_shows(&s, "usr/lib/c/d", "1:usr/lib/c/d:lib/c/d");
	assert_shows(&s, "usr/lib/a", "-");
	stack_done(&s);
}

TEST(symlinks_below_a_moved_directory_move_on)
{
	struct stack s = {0};

	ADD(&s, {"usr/lib/x", NODE_SYMLINK, "/opt/x"}, {"opt/x/old", NODE_FILE, NULL},
	    {"lib", NODE_SYMLINK, "usr/lib"});
	ADD(&s, {"lib/x/new", NODE_FILE, NULL}, {"lib/y", NODE_FILE, NULL});
	put_together(&s);
	assert_shows(&s, "opt/x/new", "1:opt/x/new:lib/x/new");
	assert_shows(&s, "opt/x/old", "0:opt/x/old:opt/x/old");
	assert_shows(&s, "usr/lib/y", "1:usr/lib/y:lib/y");
	stack_done(&s);
}

TEST(what_has_an_entry_replaces_the_symlink)
{
	struct stack s = {0};

	ADD(&s, {"usr/lib/a", NODE_FILE, NULL}, {"lib", NODE_SYMLINK, "usr/lib"});
	ADD(&s, {"lib", NODE_DIR, NULL}, {"lib/b", NODE_FILE, NULL});
	put_together(&s);
	assert_false(merge_has_moves(&s.merge, 1));
	assert_shows(&s, "lib/b", "1:lib/b:lib/b");
	assert_shows(&s, "lib/a", "-");
	stack_done(&s);
}

TEST(a_deleted_symlink_moves_nothing)
{
	struct stack s = {0};

	ADD(&s, {"usr/lib/a", NODE_FILE, NULL}, {"lib", NODE_SYMLINK, "usr/lib"});
	ADD(&s, {".wh.lib", NODE_FILE, NULL});
	ADD(&s, {"lib/b", NODE_FILE, NULL});
	put_together(&s);
	assert_shows(&s, "lib/b", "2:lib/b:lib/b");
	assert_shows(&s, "usr/lib/b", "-");
	stack_done(&s);
}

TEST(symlinks_that_lead_nowhere_or_to_a_file_are_replaced)
{
	struct stack s = {0};

	ADD(&s, {"gone", NODE_SYMLINK, "nowhere"}, {"f", NODE_FILE, NULL},
	    {"tofile", NODE_SYMLINK, "f"}, {"loop", NODE_SYMLINK, "loop"});
	ADD(&s, {"gone/a", NODE_FILE, NULL}, {"tofile/b", NODE_FILE, NULL},
	    {"loop/c", NODE_FILE, NULL});
	put_together(&s);
	assert_shows(&s, "gone/a", "1:gone/a:gone/a");
	assert_shows(&s, "tofile/b", "1:tofile/b:tofile/b");
	assert_shows(&s, "loop/c", "1:loop/c:loop/c");
	stack_done(&s);
}

TEST(of_two_names_of_one_file_the_later_in_the_archive_counts)
{
	struct stack s = {0};
	struct view_hit hit;

	ADD(&s, {"usr/lib/a", NODE_FILE, NULL}, {"lib", NODE_SYMLINK, "usr/lib"});
	ADD(&s, {"usr/lib/b", NODE_FILE, NULL}, {"lib/b", NODE_FILE, NULL});
	ADD(&s, {"lib/c", NODE_FILE, NULL}, {"usr/lib/c", NODE_FILE, NULL});
	put_together(&s);
	assert_true(view_find(&s.view, STR("usr/lib/b"), VIEW_FOLLOW, &hit));
	assert_int_equal(tree_node(s.view.trees[hit.layer], hit.node)->size, 2);
	assert_shows(&s, "usr/lib/b", "1:usr/lib/b:lib/b");
	assert_shows(&s, "usr/lib/c", "2:usr/lib/c:usr/lib/c");
	stack_done(&s);
}

TEST(opaque_markers_move_with_their_directory)
{
	struct stack s = {0};

	ADD(&s, {"usr/lib/d/a", NODE_FILE, NULL}, {"lib", NODE_SYMLINK, "usr/lib"});
	ADD(&s, {"lib/d/.wh..wh..opq", NODE_FILE, NULL}, {"lib/d/b", NODE_FILE, NULL});
	put_together(&s);
	assert_shows(&s, "usr/lib/d/a", "-");
	assert_shows(&s, "usr/lib/d/b", "1:usr/lib/d/b:lib/d/b");
	stack_done(&s);
}

TEST(paths_of_items_move_too)
{
	struct stack s = {0};
	struct arena a;

	arena_init(&a, 1 << 16);
	ADD(&s, {"usr/lib/a", NODE_FILE, NULL}, {"lib", NODE_SYMLINK, "usr/lib"},
	    {"all", NODE_SYMLINK, "/"});
	ADD(&s, {"lib/b", NODE_FILE, NULL}, {"all/c", NODE_FILE, NULL});
	put_together(&s);
	assert_str(merge_path(&s.merge, 1, STR("lib/apk/db"), &a), "usr/lib/apk/db");
	assert_str(merge_path(&s.merge, 1, STR("libx/apk"), &a), "libx/apk");
	assert_str(merge_path(&s.merge, 1, STR("lib"), &a), "lib");
	assert_str(merge_path(&s.merge, 1, STR("all/c"), &a), "c");
	assert_str(merge_path(&s.merge, 0, STR("lib/apk/db"), &a), "lib/apk/db");
	arena_done(&a);
	stack_done(&s);
}

TEST(layers_that_were_not_read_are_passed_over)
{
	struct stack s = {0};

	ADD(&s, {"usr/lib/a", NODE_FILE, NULL}, {"lib", NODE_SYMLINK, "usr/lib"});
	ADD(&s, {"x", NODE_FILE, NULL});
	ADD(&s, {"lib/b", NODE_FILE, NULL});
	s.pointers[1] = NULL;
	put_together(&s);
	assert_shows(&s, "usr/lib/b", "2:usr/lib/b:lib/b");
	assert_shows(&s, "x", "-");
	stack_done(&s);
}

TEST(a_file_is_found_behind_links_of_both_kinds)
{
	struct stack s = {0};

	ADD(&s, {"a", NODE_FILE, NULL}, {"b", NODE_HARDLINK, "a"}, {"c", NODE_SYMLINK, "b"},
	    {"old", NODE_FILE, NULL}, {"self", NODE_HARDLINK, "self"}, {"dir/x", NODE_FILE, NULL},
	    {"p", NODE_HARDLINK, "q"}, {"q", NODE_HARDLINK, "p"});
	ADD(&s, {"kept", NODE_HARDLINK, "old"}, {".wh.old", NODE_FILE, NULL},
	    {"a", NODE_FILE, NULL}, {"top", NODE_HARDLINK, "/./a"});
	put_together(&s);
	assert_file(&s, "a", "1:a");
	assert_file(&s, "b", "0:a");
	assert_file(&s, "c", "0:a");
	assert_file(&s, "kept", "0:old");
	assert_file(&s, "top", "1:a");
	assert_file(&s, "old", "-");
	assert_file(&s, "self", "-");
	assert_file(&s, "p", "-");
	assert_file(&s, "dir", "-");
	assert_file(&s, "nothing", "-");
	stack_done(&s);
}

static int note_name(void *context, struct str name, const struct view_hit *hit)
{
	struct strbuf *sb = context;

	strbuf_addf(sb, "%.*s%zu ", STR_FMT(name), hit->layer);
	return 0;
}

TEST(a_listing_shows_each_name_once)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(1 << 10);
	struct stack s = {0};

	ADD(&s, {"d/a", NODE_FILE, NULL}, {"d/b", NODE_FILE, NULL}, {"d/c/x", NODE_FILE, NULL},
	    {"link", NODE_SYMLINK, "d"});
	ADD(&s, {"d/.wh.a", NODE_FILE, NULL}, {"d/b", NODE_FILE, NULL}, {"d/e", NODE_FILE, NULL});
	put_together(&s);
	assert_int_equal(view_list(&s.view, STR("link"), note_name, &got), 0);
	assert_str(strbuf_str(&got), "b1 c0 e1 ");
	strbuf_reset(&got);
	assert_int_equal(view_list(&s.view, STR("d/b"), note_name, &got), 0);
	assert_int_equal(view_list(&s.view, STR("nothing"), note_name, &got), 0);
	assert_int_equal(got.n, 0);
	stack_done(&s);
}

TEST(a_layer_that_a_link_leads_too_deep_is_counted)
{
	static char deep[2 * 1000], low[2 * 1000 + 2], high[2 * 100 + 4];
	struct stack s = {0};

	for (size_t i = 0; i < sizeof deep; i++)
		deep[i] = i % 2 ? '/' : 'd';
	deep[sizeof deep - 1] = '\0';
	(void)snprintf(low, sizeof low, "%s/f", deep);
	(void)snprintf(high, sizeof high, "l/%.200sf", deep);
	ADD(&s, {low, NODE_FILE, NULL}, {"l", NODE_SYMLINK, deep});
	ADD(&s, {"l/near", NODE_FILE, NULL});
	ADD(&s, {high, NODE_FILE, NULL});
	put_together(&s);
	assert_int_equal(s.merge.n_unmoved, 1);
	assert_true(merge_has_moves(&s.merge, 1));
	stack_done(&s);
}

TEST(links_are_followed_until_it_is_too_much_work)
{
	struct view_hit hit;
	struct stack s = {0};

	ADD(&s, {"d/f", NODE_FILE, NULL}, {"l", NODE_SYMLINK, "d"}, {"h", NODE_HARDLINK, "d/f"});
	put_together(&s);
	assert_true(view_file(&s.view, STR("l/f"), &hit));
	assert_false(merge_is_tired(&s.merge));
	*s.view.link_work = LIMIT_LINK_WORK_BYTES;
	assert_false(view_file(&s.view, STR("l/f"), &hit));
	assert_false(view_file(&s.view, STR("h"), &hit));
	assert_true(view_file(&s.view, STR("d/f"), &hit));
	assert_true(merge_is_tired(&s.merge));
	stack_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(entries_without_their_directory_go_through_the_symlink_below),
		RUN(symlinks_below_a_moved_directory_move_on),
		RUN(what_has_an_entry_replaces_the_symlink),
		RUN(a_deleted_symlink_moves_nothing),
		RUN(symlinks_that_lead_nowhere_or_to_a_file_are_replaced),
		RUN(of_two_names_of_one_file_the_later_in_the_archive_counts),
		RUN(opaque_markers_move_with_their_directory),
		RUN(paths_of_items_move_too),
		RUN(layers_that_were_not_read_are_passed_over),
		RUN(a_file_is_found_behind_links_of_both_kinds),
		RUN(a_listing_shows_each_name_once),
		RUN(a_layer_that_a_link_leads_too_deep_is_counted),
		RUN(links_are_followed_until_it_is_too_much_work),
	};

	return RUN_ALL(tests);
}
