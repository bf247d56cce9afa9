/* SPDX-License-Identifier: Apache-2.0 */
/* What a layer does to the tree below it, and the rows that a screen shows of it. */
#include "tests/unit/test.h"

#include "browse/change_tree.h"
#include "browse/tree_rows.h"

#define LAYERS_MAX 4
#define TEXT_MAX   65536

struct stack {
	struct strbuf bytes[LAYERS_MAX];
	struct tree trees[LAYERS_MAX];
	const struct tree *pointers[LAYERS_MAX];
	struct merge merge;
	size_t n;
};

/* Words: "dir/", "path", "path=size", "link->target"; whiteouts as they are stored. */
static void add_layer(struct stack *s, const char *words)
{
	CLEANUP(tree_builder_freep) struct tree_builder *b = NULL;
	struct str rest = str_of(words), word, path, value;
	size_t i = s->n++;
	struct cursor c;

	s->bytes[i] = (struct strbuf)STRBUF_INIT(1 << 20);
	assert_int_equal(tree_builder_new(&b, NULL), 0);
	while (str_pull_word(&rest, &word)) {
		struct tree_entry e = {.path = word, .type = NODE_FILE, .size = 1};
		uint32_t node;

		if (str_has_suffix(word, STR("/")))
			e.type = NODE_DIR;
		if (str_cut(word, '=', &path, &value)) {
			e.path = path;
			assert_true(str_parse_u64(value, &e.size));
		}
		assert_int_equal(tree_add(b, &e, &node, NULL, NULL), 0);
	}
	assert_int_equal(tree_freeze(b, &s->bytes[i], NULL), 0);
	c = cursor_make(strbuf_str(&s->bytes[i]));
	assert_int_equal(tree_read(&c, &s->trees[i], NULL), 0);
	s->pointers[i] = &s->trees[i];
}

static void stack_done(struct stack *s)
{
	merge_done(&s->merge);
	for (size_t i = 0; i < s->n; i++)
		strbuf_done(&s->bytes[i]);
}

/* "A etc/c=1 D opt/d/=2": nodes in the order of a screen, those without a change as "-". */
static void tell(struct tree_rows *rows, struct strbuf *out)
{
	const struct change_tree *t = rows->tree;

	assert_int_equal(tree_rows_make(rows, NULL), 0);
	for (uint32_t i = 0; i < rows->n; i++) {
		const struct change_node *n = &t->nodes[rows->nodes[i]];
		char letter = change_letter((enum change)n->change);

		strbuf_addf(out, "%s%c ", i ? " " : "", letter == ' ' ? '-' : letter);
		change_tree_path(t, rows->nodes[i], out);
		strbuf_addf(out, "%s=%llu", change_node_is_dir(n) ? "/" : "",
			    (unsigned long long)n->size);
	}
}

static void make(struct stack *s, const char *const *layers)
{
	while (s->n < LAYERS_MAX && layers[s->n])
		add_layer(s, layers[s->n]);
	assert_int_equal(merge_init(&s->merge, s->pointers, s->n, NULL), 0);
}

static const struct {
	const char *layers[LAYERS_MAX];
	size_t layer;
	enum change_scope scope;
	const char *want;
} changes[] = {
	{{"etc/a=2 etc/b"}, 0, CHANGES_OF_LAYER, "A etc/=3 A etc/a=2 A etc/b=1"},
	{{"etc/a=2 etc/b", "etc/a=7 etc/c"}, 1, CHANGES_OF_LAYER, "M etc/=8 M etc/a=7 A etc/c=1"},
	{{"etc/a=2 etc/b", "etc/a=7 etc/c"},
	 1,
	 CHANGES_IN_ALL,
	 "M etc/=9 M etc/a=7 - etc/b=1 A etc/c=1"},
	{{"opt/d/x=3 opt/d/y opt/e", "opt/.wh.d"},
	 1,
	 CHANGES_OF_LAYER,
	 "M opt/=4 D opt/d/=4 D opt/d/x=3 D opt/d/y=1"},
	{{"opt/d/x=3 opt/e", "opt/.wh.d"},
	 1,
	 CHANGES_IN_ALL,
	 "M opt/=1 D opt/d/=3 D opt/d/x=3 - opt/e=1"},
	{{"o/1 o/2 o/s/t", "o/.wh..wh..opq o/2=9 o/3"},
	 1,
	 CHANGES_OF_LAYER,
	 "M o/=12 D o/1=1 M o/2=9 A o/3=1 D o/s/=1 D o/s/t=1"},
	{{"o/s/t o/s/u", "o/.wh..wh..opq o/s/u=5"},
	 1,
	 CHANGES_OF_LAYER,
	 "M o/=6 M o/s/=6 D o/s/t=1 M o/s/u=5"},
	/* What an earlier layer took away is neither there nor taken away again. */
	{{"a/b a/c", ".wh.a", "a/b=4"}, 2, CHANGES_IN_ALL, "A a/=4 A a/b=4"},
	{{"a/b", "a/.wh.b", "a/.wh.b"}, 2, CHANGES_OF_LAYER, "- a/=0"},
	{{"a/b", "a=6"}, 1, CHANGES_IN_ALL, "M a=6"},
	{{"a=6", "a/b"}, 1, CHANGES_IN_ALL, "M a/=1 A a/b=1"},
	{{"a", "b"}, 0, CHANGES_IN_ALL, "A a=1"},
};

TEST(a_layer_adds_changes_and_removes)
{
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct stack s = {0};
		CLEANUP(change_tree_done) struct change_tree tree = {0};
		CLEANUP(tree_rows_done) struct tree_rows rows = {0};
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(TEXT_MAX);

		make(&s, changes[i].layers);
		assert_int_equal(
			change_tree_make(&s.merge, changes[i].layer, changes[i].scope, &tree, NULL),
			0);
		assert_int_equal(tree_rows_init(&rows, &tree, NULL), 0);
		tree_rows_unfold_all(&rows, true);
		tell(&rows, &got);
		assert_str(strbuf_str(&got), changes[i].want);
		stack_done(&s);
	}
}

TEST(a_layer_that_was_not_read_changes_nothing)
{
	struct stack s = {0};
	CLEANUP(change_tree_done) struct change_tree tree = {0};

	add_layer(&s, "a");
	s.n = 2; /* the second has no tree */
	assert_int_equal(merge_init(&s.merge, s.pointers, 2, NULL), 0);
	assert_int_equal(change_tree_make(&s.merge, 1, CHANGES_OF_LAYER, &tree, NULL), 0);
	assert_int_equal(tree.n_nodes, 1);
	change_tree_done(&tree);
	assert_int_equal(change_tree_make(&s.merge, 1, CHANGES_IN_ALL, &tree, NULL), 0);
	assert_int_equal(tree.n_nodes, 2);
	stack_done(&s);
}

TEST(findings_are_counted_at_their_file_and_its_directories)
{
	const char *const layers[] = {"a/b/c a/b/d a/e", "a/b/c", NULL};
	struct stack s = {0};
	CLEANUP(change_tree_done) struct change_tree t = {0};

	make(&s, layers);
	assert_int_equal(change_tree_make(&s.merge, 1, CHANGES_IN_ALL, &t, NULL), 0);
	change_tree_mark(&t, STR("a/b/c"), 0, 5, SEVERITY_CRITICAL); /* of the lower one */
	change_tree_mark(&t, STR("a/b/c"), 1, 2, SEVERITY_LOW);
	change_tree_mark(&t, STR("a/e"), SIZE_MAX, 1, SEVERITY_HIGH);
	change_tree_mark(&t, STR("no/such/file"), SIZE_MAX, 1, SEVERITY_HIGH);
	change_tree_sum(&t);
	assert_int_equal(t.nodes[change_tree_find(&t, STR("a/b/c"))].n_findings, 2);
	assert_int_equal(t.nodes[change_tree_find(&t, STR("a/b"))].worst, SEVERITY_LOW);
	assert_int_equal(t.nodes[change_tree_find(&t, STR("a"))].n_marked, 2);
	assert_int_equal(t.nodes[change_tree_find(&t, STR("a"))].worst, SEVERITY_HIGH);
	assert_int_equal(change_tree_find(&t, STR("a/x")), TREE_NONE);
	stack_done(&s);
}

static void set_folded(struct tree_rows *rows)
{
	tree_rows_unfold_all(rows, false);
}

static void set_filter(struct tree_rows *rows)
{
	rows->filter = STR("BIG");
}

static void set_size(struct tree_rows *rows)
{
	rows->by_size = true;
}

static void set_changes(struct tree_rows *rows)
{
	rows->only_changes = true;
}

TEST(rows_are_folded_filtered_and_sorted)
{
	static const struct {
		void (*set)(struct tree_rows *rows);
		const char *want;
	} rows_of[] = {
		{set_folded, "M a/=13 - z/=9"},
		{set_filter, "M a/=13 - a/big=12 - z/=9 - z/zbigz=9"},
		{set_size, "M a/=13 - a/big=12 A a/new=1 - z/=9 - z/zbigz=9"},
		{set_changes, "M a/=13 A a/new=1"},
	};
	const char *const layers[] = {"a/big=12 z/zbigz=9", "a/new", NULL};

	for (size_t i = 0; i < ARRAY_LEN(rows_of); i++) {
		struct stack s = {0};
		CLEANUP(change_tree_done) struct change_tree tree = {0};
		CLEANUP(tree_rows_done) struct tree_rows rows = {0};
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(TEXT_MAX);

		make(&s, layers);
		assert_int_equal(change_tree_make(&s.merge, 1, CHANGES_IN_ALL, &tree, NULL), 0);
		assert_int_equal(tree_rows_init(&rows, &tree, NULL), 0);
		tree_rows_unfold_all(&rows, true);
		rows_of[i].set(&rows);
		tell(&rows, &got);
		assert_str(strbuf_str(&got), rows_of[i].want);
		stack_done(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_layer_adds_changes_and_removes),
		RUN(a_layer_that_was_not_read_changes_nothing),
		RUN(findings_are_counted_at_their_file_and_its_directories),
		RUN(rows_are_folded_filtered_and_sorted),
	};

	return RUN_ALL(tests);
}
