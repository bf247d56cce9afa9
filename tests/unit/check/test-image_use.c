/* SPDX-License-Identifier: Apache-2.0 */
#include "check/image_use.h"

#include "base/limits.h"
#include "check/language.h"
#include "tests/unit/test.h"

struct found {
	struct arena arena;
	struct image_uses uses;
	struct str text;
};

static int find(struct found *f, const char *name, struct str text, struct err *err)
{
	struct source_file file = {.path = str_of(name), .bytes = text};

	f->uses = (struct image_uses){0};
	f->text = text;
	arena_init(&f->arena, LIMIT_ARENA_BYTES);
	return image_uses_find(&file, &f->arena, &f->uses, err);
}

/* A row: the file, and of its only use the text, the bytes before it and the reason why not. */
struct row {
	const char *name;
	struct str text;
	const char *image;
	const char *before; /* up to where the text of the image stands; NULL: it is not settled */
	const char *obstacle;
	uint64_t line;
};

#define COMPOSE(yaml) STR("services:\n  a:\n    " yaml)

static void check_row(const struct row *row)
{
	const struct image_use *use;
	struct found f;

	assert_int_equal(find(&f, row->name, row->text, NULL), 0);
	if (f.uses.n != 1)
		fail_msg("%zu uses in \"%.*s\"", f.uses.n, STR_FMT(row->text));
	use = f.uses.p;
	assert_str(use->text, row->image);
	assert_int_equal(use->line, row->line);
	if (row->obstacle)
		assert_has(use->obstacle.p ? use->obstacle.p : "", row->obstacle);
	else
		assert_str(use->obstacle, "");
	if (row->before) {
		assert_str(str_sub(f.text, 0, use->start), row->before);
		assert_str(str_sub(f.text, use->start, use->end - use->start), row->image);
	}
	arena_done(&f.arena);
}

TEST(the_bytes_of_an_image_are_found_in_dockerfiles)
{
	static const struct row rows[] = {
		{"Dockerfile", STR("FROM a:1\n"), "a:1", "FROM ", NULL, 1},
		{"Dockerfile",
		 STR("\xef\xbb\xbf"
		     "FROM\t a:1\r\n"),
		 "a:1",
		 "\xef\xbb\xbf"
		 "FROM\t ",
		 NULL, 1},
		{"Dockerfile", STR("#é\nFROM --platform=$X \"a:1\" AS b"), "a:1",
		 "#é\nFROM --platform=$X \"", NULL, 2},
		{"Dockerfile", STR("from \\\n # c\n a:1 as b\nFROM b\n"), "a:1", "from \\\n # c\n ",
		 NULL, 3},
		{"Dockerfile", STR("ARG X=1 B='a:1' C\nFROM ${B}\n"), "a:1", "ARG X=1 B='", NULL,
		 2},
		{"Dockerfile", STR("ARG B=b:1\nARG B=a:1\nFROM $B\n"), "a:1",
		 "ARG B=b:1\nARG B=", NULL, 3},
		{"Dockerfile", STR("ARG B\nFROM ${B:-a:1}\n"), "a:1", "ARG B\nFROM ${B:-", NULL, 2},
		{"Dockerfile", STR("FROM scratch\nCOPY --from=a:1 x y\nCOPY --from=0 x y\n"), "a:1",
		 "FROM scratch\nCOPY --from=", NULL, 2},
		{"Dockerfile", STR("FROM scratch\nRUN --mount=from=a:1,target=/x ls\n"), "a:1",
		 "FROM scratch\nRUN --mount=from=", NULL, 2},
		{"Dockerfile", STR("FROM scratch\nONBUILD COPY --from=a:1 x y\n"), "a:1",
		 "FROM scratch\nONBUILD COPY --from=", NULL, 2},
		{"Dockerfile", STR("# syntax = a:1 \nFROM scratch\n"), "a:1", "# syntax = ", NULL,
		 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&rows[i]);
}

TEST(the_bytes_of_an_image_are_found_in_yaml)
{
	static const struct row rows[] = {
		{"compose.yaml", COMPOSE("image: a:1 # x\n"), "a:1",
		 "services:\n  a:\n    image: ", NULL, 3},
		{"compose.yaml", COMPOSE("image: &i !!str 'a:1'\n    x: [ü]"), "a:1",
		 "services:\n  a:\n    image: &i !!str '", NULL, 3},
		{"compose.yaml", COMPOSE("{image: \"a:1\"}\n"), "a:1",
		 "services:\n  a:\n    {image: \"", NULL, 3},
		{"compose.yaml", COMPOSE("image:\n      a:1\n\n"), "a:1",
		 "services:\n  a:\n    image:\n      ", NULL, 4},
		{"compose.yaml", COMPOSE("image: ${I-a:1}\n"), "a:1",
		 "services:\n  a:\n    image: ${I-", NULL, 3},
		{"compose.yaml",
		 STR("\xef\xbb\xbf"
		     "services: {é: {image: a:1}}"),
		 "a:1",
		 "\xef\xbb\xbf"
		 "services: {é: {image: ",
		 NULL, 1},
		{"compose.yaml", STR("x-a: &a {image: a:1}\nservices: {a: {<<: *a}, b: *a}"), "a:1",
		 "x-a: &a {image: ", NULL, 1},
		{"compose.yaml", STR("x-a: {v: &i a:1}\nservices: {a: {image: *i}}"), "a:1",
		 "x-a: {v: &i ", NULL, 1},
		{"pod.json",
		 STR("{\"apiVersion\":1,\"kind\":\"P\",\"containers\":[{\"image\":\"a:1\"}]}"),
		 "a:1", "{\"apiVersion\":1,\"kind\":\"P\",\"containers\":[{\"image\":\"", NULL, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&rows[i]);
}

TEST(what_cannot_be_changed_in_place_says_why)
{
	static const struct row rows[] = {
		{"Dockerfile", STR("FROM a\\\n:1\n"), "a:1", NULL, "with escapes or over several",
		 1},
		{"Dockerfile", STR("ARG V=1\nFROM a:$V\n"), "a:1", NULL, "only a part of it", 2},
		{"Dockerfile", STR("ARG V\nFROM a:$V\n"), "a:$V", NULL,
		 "a variable without a default", 2},
		{"Dockerfile", STR("FROM $V\n"), "$V", NULL, "a variable without a default", 1},
		{"Dockerfile", STR("ARG B=a:1\nFROM --platform=$B $B\n"), "a:1", NULL,
		 "line 2 uses ARG B for something else", 2},
		{"Dockerfile", STR("ARG B=a:1\nFROM $B\nARG B\n"), "a:1", NULL,
		 "line 3 uses ARG B for something else", 2},
		{"Dockerfile", STR("ARG V=1\nARG B=a:$V\nFROM $B\n"), "a:1", NULL,
		 "the default of ARG B is made of another", 3},
		{"Dockerfile", STR("FROM scratch\nRUN --mount=from=$X ls\n"), "$X", NULL,
		 "no variable can stand there", 2},
		{"Dockerfile", STR("FROM scratch\nRUN --mount='from=a:1,target=/x' ls\n"), "a:1",
		 NULL, "with escapes or over several", 2},
		{"compose.yaml", COMPOSE("image: \"a\\x3a1\"\n"), "a:1", NULL,
		 "with escapes or over", 3},
		{"compose.yaml", COMPOSE("image: |-\n      a:1\n"), "a:1", NULL,
		 "with escapes or over", 3},
		{"compose.yaml", COMPOSE("image: ${I}\n"), "${I}", NULL, "a variable or template",
		 3},
		{"compose.yaml", COMPOSE("image: &i a:1\n    hostname: *i\n"), "a:1", NULL,
		 "an alias makes it something else", 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&rows[i]);
}

TEST(what_is_no_image_is_left_out)
{
	static const struct {
		const char *name;
		struct str text;
	} rows[] = {
		{"Dockerfile",
		 STR("FROM scratch AS a\nFROM a\nCOPY --from=a x y\nCOPY --from=1 x y\n"
		     "RUN --mount=type=cache,from=a,target=/x ls\n")},
		{"compose.yaml",
		 STR("services: {a: {build: ., image: a:1}, b: {volumes: [x]}, c: 1}")},
		{"c.yaml",
		 STR("apiVersion: v1\nkind: ConfigMap\ndata: {image: a:1, containers: x}\n---\n"
		     "kind: NoVersion\ncontainers: [{image: a:1}]\n")},
	};
	struct found f;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(find(&f, rows[i].name, rows[i].text, NULL), 0);
		assert_int_equal(f.uses.n, 0);
		arena_done(&f.arena);
	}
}

TEST(what_cannot_be_read_is_told_with_its_place)
{
	struct err err = {0};
	struct found f;

	assert_int_equal(find(&f, "compose.yaml", STR("a: [\nb: {"), &err), -ERR_FORMAT);
	assert_has(err.msg, "line 3, column 1: ");
	arena_done(&f.arena);
	assert_int_equal(find(&f, "notes.txt", STR("hello\n"), &err), -ERR_UNSUPPORTED);
	assert_has(err.msg, "neither a Dockerfile nor a Compose or Kubernetes file");
	arena_done(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_bytes_of_an_image_are_found_in_dockerfiles),
		RUN(the_bytes_of_an_image_are_found_in_yaml),
		RUN(what_cannot_be_changed_in_place_says_why),
		RUN(what_is_no_image_is_left_out),
		RUN(what_cannot_be_read_is_told_with_its_place),
	};

	return RUN_ALL(tests);
}
