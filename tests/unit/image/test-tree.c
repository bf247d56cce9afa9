/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "image/tree.h"
#include "image/view.h"

struct row {
	const char *path;
	enum node_type type;
	const char *link;
};

/* Builds a frozen tree of the rows; the bytes must outlive it. */
static void build(const struct row *rows, size_t n, struct strbuf *bytes, struct tree *ret)
{
	CLEANUP(tree_builder_freep) struct tree_builder *b = NULL;
	struct cursor c;

	assert_int_equal(tree_builder_new(&b, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		struct tree_entry e = {.path = str_of(rows[i].path),
				       .type = rows[i].type,
				       .link = str_of(rows[i].link)};
		uint32_t node;

		assert_int_equal(tree_add(b, &e, &node, NULL, NULL), 0);
	}
	assert_int_equal(tree_freeze(b, bytes, NULL), 0);
	c = cursor_make(strbuf_str(bytes));
	assert_int_equal(tree_read(&c, ret, NULL), 0);
}

struct stack {
	struct strbuf bytes[4];
	struct tree trees[4];
	const struct tree *pointers[4];
	struct view view;
};

static void stack_add(struct stack *s, const struct row *rows, size_t n)
{
	size_t i = s->view.n++;

	s->bytes[i] = (struct strbuf)STRBUF_INIT(1 << 20);
	build(rows, n, &s->bytes[i], &s->trees[i]);
	s->pointers[i] = &s->trees[i];
	s->view.trees = s->pointers;
}

static void stack_done(struct stack *s)
{
	for (size_t i = 0; i < s->view.n; i++)
		strbuf_done(&s->bytes[i]);
}

/* The layer where the path shows, -1 when it does not. */
static int layer_of(const struct stack *s, const char *path)
{
	struct view_hit hit;

	return view_find(&s->view, str_of(path), VIEW_FOLLOW, &hit) ? (int)hit.layer : -1;
}

#define ADD(s, ...)                                                                                \
	stack_add(s, (const struct row[]){__VA_ARGS__},                                            \
		  sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

TEST(upper_layers_show_and_lower_ones_shine_through)
{
	struct stack s = {0};

	ADD(&s, {"a/b", NODE_FILE, NULL}, {"a/c", NODE_FILE, NULL});
	ADD(&s, {"a/c", NODE_FILE, NULL});
	assert_int_equal(layer_of(&s, "a/b"), 0);
	assert_int_equal(layer_of(&s, "a/c"), 1);
	assert_int_equal(layer_of(&s, "a/d"), -1);
	stack_done(&s);
}

TEST(whiteouts_delete_below_only)
{
	struct stack s = {0};

	ADD(&s, {"a/b", NODE_FILE, NULL}, {"d/e", NODE_FILE, NULL}, {"f/g", NODE_FILE, NULL});
	ADD(&s, {"a/.wh.b", NODE_FILE, NULL}, {"d/.wh..wh..opq", NODE_FILE, NULL},
	    {"d/new", NODE_FILE, NULL}, {"f", NODE_FILE, NULL});
	assert_int_equal(layer_of(&s, "a/b"), -1);
	assert_int_equal(layer_of(&s, "a"), 1);
	assert_int_equal(layer_of(&s, "d/e"), -1);
	assert_int_equal(layer_of(&s, "d/new"), 1);
	assert_int_equal(layer_of(&s, "f/g"), -1);
	ADD(&s, {"f/g", NODE_FILE, NULL});
	assert_int_equal(layer_of(&s, "f/g"), 2);
	stack_done(&s);
}

TEST(totals_count_what_is_visible)
{
	struct view_totals totals;
	struct stack s = {0};

	ADD(&s, {"a/b", NODE_FILE, NULL}, {"a/c", NODE_FILE, NULL}, {"d/e", NODE_FILE, NULL});
	assert_true(view_count(&s.view, &totals));
	assert_int_equal(totals.n_files, 3);
	ADD(&s, {"a/.wh.b", NODE_FILE, NULL}, {"a/c", NODE_FILE, NULL}, {"a/n", NODE_FILE, NULL},
	    {"d", NODE_FILE, NULL});
	assert_true(view_count(&s.view, &totals));
	assert_int_equal(totals.n_files, 3); /* a/c, a/n, d */
	stack_done(&s);
}

TEST(totals_below_a_directory_are_told_by_layer)
{
	struct view_totals by_layer[2];
	struct stack s = {0};

	ADD(&s, {"a/b", NODE_FILE, NULL}, {"a/d/c", NODE_FILE, NULL}, {"x", NODE_FILE, NULL},
	    {"l", NODE_SYMLINK, "a"});
	ADD(&s, {"a/.wh.b", NODE_FILE, NULL}, {"a/d/n", NODE_FILE, NULL});
	assert_true(view_count_below(&s.view, STR("a"), by_layer));
	assert_int_equal(by_layer[0].n_files, 1); /* a/d/c */
	assert_int_equal(by_layer[1].n_files, 1); /* a/d/n */
	assert_true(view_count_below(&s.view, STR("l/d"), by_layer));
	assert_int_equal(by_layer[0].n_files + by_layer[1].n_files, 2);
	assert_true(view_count_below(&s.view, STR("x"), by_layer));
	assert_true(view_count_below(&s.view, STR("nothing"), by_layer));
	assert_int_equal(by_layer[0].n_files + by_layer[1].n_files, 0);
	stack_done(&s);
}

TEST(a_whiteout_beside_its_own_new_file_keeps_the_file)
{
	struct stack s = {0};

	ADD(&s, {"a/x", NODE_FILE, NULL});
	ADD(&s, {".wh.a", NODE_FILE, NULL}, {"a/y", NODE_FILE, NULL});
	assert_int_equal(layer_of(&s, "a/y"), 1);
	assert_int_equal(layer_of(&s, "a/x"), -1);
	ADD(&s, {"a/y", NODE_FILE, NULL}, {"a/.wh.y", NODE_FILE, NULL});
	assert_int_equal(layer_of(&s, "a/y"), 2);
	stack_done(&s);
}

TEST(symlinks_are_followed_below_the_root)
{
	struct stack s = {0};

	ADD(&s, {"usr/lib/x", NODE_FILE, NULL}, {"lib", NODE_SYMLINK, "usr/lib"},
	    {"abs", NODE_SYMLINK, "/../usr"}, {"loop", NODE_SYMLINK, "loop"});
	assert_int_equal(layer_of(&s, "lib/x"), 0);
	assert_int_equal(layer_of(&s, "abs/lib/x"), 0);
	assert_int_equal(layer_of(&s, "loop"), -1);
	assert_int_equal(layer_of(&s, "loop/x"), -1);
	stack_done(&s);
}

TEST(a_path_through_a_symlink_of_the_same_layer_goes_where_it_points)
{
	struct stack s = {0};

	ADD(&s, {"lib", NODE_SYMLINK, "usr/lib"}, {"lib/x", NODE_FILE, NULL});
	assert_int_equal(layer_of(&s, "usr/lib/x"), 0);
	stack_done(&s);
}

TEST(a_directory_that_becomes_a_file_loses_its_children)
{
	struct stack s = {0};

	ADD(&s, {"a/b", NODE_FILE, NULL}, {"a", NODE_FILE, NULL}, {"c", NODE_FILE, NULL},
	    {"c/d", NODE_FILE, NULL});
	assert_int_equal(layer_of(&s, "a"), 0);
	assert_int_equal(layer_of(&s, "a/b"), -1);
	assert_int_equal(layer_of(&s, "c/d"), 0);
	stack_done(&s);
}

TEST(damaged_frozen_bytes_are_refused_or_read_safely)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(1 << 20);
	const struct row rows[] = {{"a/b", NODE_FILE, NULL}, {"l", NODE_SYMLINK, "a"}};
	struct tree t;

	build(rows, 2, &bytes, &t);
	for (size_t i = 0; i < bytes.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct cursor c;

			bytes.p[i] ^= (char)(1 << bit);
			c = cursor_make(strbuf_str(&bytes));
			if (tree_read(&c, &t, NULL) == 0)
				(void)tree_child(&t, TREE_ROOT, STR("a"));
			bytes.p[i] ^= (char)(1 << bit);
		}
	for (size_t n = 0; n < bytes.n; n++) {
		struct cursor c = cursor_make(str_make(bytes.p, n));
		struct err err = {0};

		if (tree_read(&c, &t, &err) < 0)
			assert_has(err.msg, "file tree");
	}
}

TEST(whiteout_of_nothing_is_a_named_error)
{
	CLEANUP(tree_builder_freep) struct tree_builder *b = NULL;
	struct tree_entry e = {.path = STR("a/.wh.")};
	struct err err = {0};
	uint32_t node;

	assert_int_equal(tree_builder_new(&b, NULL), 0);
	assert_int_equal(tree_add(b, &e, &node, NULL, &err), -ERR_FORMAT);
	assert_has(err.msg, "whiteout of nothing");
}

/* Forty links, each to the next, with targets as long as they may be. */
static struct tree_builder *chain_of_links(char *target)
{
	struct tree_builder *b = NULL;
	struct tree_entry e = {.type = NODE_SYMLINK};
	uint32_t node;

	assert_int_equal(tree_builder_new(&b, NULL), 0);
	for (int i = 0; i < LIMIT_SYMLINK_HOPS - 1; i++) {
		char name[16], next[16];
		int n = snprintf(next, sizeof next, "l%02d", i + 1);

		(void)snprintf(name, sizeof name, "l%02d", i);
		for (size_t k = 0; k < LIMIT_LINK_BYTES; k++)
			target[k] = k % 2 ? '/' : '.';
		memcpy(target + LIMIT_LINK_BYTES - n, next, (size_t)n);
		e.path = str_of(name);
		e.link = str_make(target, LIMIT_LINK_BYTES);
		assert_int_equal(tree_add(b, &e, &node, NULL, NULL), 0);
	}
	return b;
}

TEST(chains_of_long_links_are_followed_only_so_often)
{
	char target[LIMIT_LINK_BYTES];
	CLEANUP(tree_builder_freep) struct tree_builder *b = chain_of_links(target);
	struct tree_entry e = {.type = NODE_FILE};
	struct err err = {0};
	uint32_t node;
	int n = 0;

	for (int r = 0; r == 0 && n < 20000; n += r == 0) {
		char name[32];

		(void)snprintf(name, sizeof name, "l00/f%d", n);
		e.path = str_of(name);
		r = tree_add(b, &e, &node, NULL, &err);
	}
	assert_in_range(n, 5000, 8000);
	assert_has(err.msg, "link_work_bytes");
	e.path = STR("plain/file"); /* what needs no link is still taken */
	assert_int_equal(tree_add(b, &e, &node, NULL, &err), 0);
}

TEST(a_symlink_longer_than_linux_takes_is_left_out)
{
	static char target[LIMIT_LINK_BYTES + 1];
	CLEANUP(tree_builder_freep) struct tree_builder *b = NULL;
	struct tree_entry e = {.path = STR("a"), .type = NODE_FILE};
	struct err err = {0};
	struct tree view;
	uint32_t node, first;

	memset(target, 'x', sizeof target);
	assert_int_equal(tree_builder_new(&b, NULL), 0);
	assert_int_equal(tree_add(b, &e, &first, NULL, NULL), 0);
	e.type = NODE_SYMLINK;
	e.link = str_make(target, sizeof target);
	assert_int_equal(tree_add(b, &e, &node, NULL, &err), -ERR_LIMIT);
	assert_has(err.msg, "link_bytes");
	tree_builder_view(b, &view);
	assert_true(tree_is_alive(&view, first)); /* it replaced nothing */
	e.link.n--;
	assert_int_equal(tree_add(b, &e, &node, NULL, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(upper_layers_show_and_lower_ones_shine_through),
		RUN(whiteouts_delete_below_only),
		RUN(totals_count_what_is_visible),
		RUN(totals_below_a_directory_are_told_by_layer),
		RUN(a_whiteout_beside_its_own_new_file_keeps_the_file),
		RUN(symlinks_are_followed_below_the_root),
		RUN(a_path_through_a_symlink_of_the_same_layer_goes_where_it_points),
		RUN(a_directory_that_becomes_a_file_loses_its_children),
		RUN(damaged_frozen_bytes_are_refused_or_read_safely),
		RUN(whiteout_of_nothing_is_a_named_error),
		RUN(chains_of_long_links_are_followed_only_so_often),
		RUN(a_symlink_longer_than_linux_takes_is_left_out),
	};

	return RUN_ALL(tests);
}
