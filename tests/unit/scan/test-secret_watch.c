/* SPDX-License-Identifier: Apache-2.0 */
/* What a layer's record gets of the parts of files that go by. */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "scan/secret_watch.h"

#define TOKEN "tok_8f3k29dq7x"
#define OTHER "tok_1a2b3c4d5e"
#define PACK                                                                                       \
	"secrets: t\nrules:\n"                                                                     \
	"  - {id: a, title: A, severity: high, pattern: 'tok_[0-9a-z]{10}'}\n"                     \
	"  - {id: weak, title: W, severity: low, pattern: 'dim_[0-9a-z]{10}', confidence: 0.2}\n"

struct fixture {
	struct secret_set *set;
	struct fingerprint_key key;
	struct secret_watching watching;
	struct strbuf record;
	void *watch;
};

static void begin(struct fixture *f)
{
	struct watch_host host = {.record = &f->record};

	*f = (struct fixture){.record = STRBUF_INIT(1 << 20)};
	assert_int_equal(secret_set_new(&f->set, NULL), 0);
	assert_int_equal(secret_set_add_pack(f->set, STR(PACK), STR("t"), NULL), 0);
	assert_int_equal(secret_set_compile(f->set, NULL), 0);
	assert_true(secret_set(&f->key.bytes, STR("0123456789abcdef")));
	f->watching = (struct secret_watching){.set = f->set, .key = &f->key};
	assert_int_equal(secret_watch.open(&f->watching, &host, &f->watch, NULL), 0);
}

static void end(struct fixture *f)
{
	secret_watch.close(f->watch);
	strbuf_done(&f->record);
	fingerprint_key_done(&f->key);
	secret_set_free(f->set);
}

static void *open_part(struct fixture *f, const char *path, unsigned depth, enum content_form form)
{
	const struct content_part part = {.path = str_of(path),
					  .form = form,
					  .depth = depth,
					  .size = UINT64_MAX,
					  .container = depth ? "tar" : NULL};
	void *cookie = NULL;

	assert_int_equal(secret_watch.begin(f->watch, &part, &cookie, NULL), 0);
	assert_non_null(cookie);
	return cookie;
}

static void say(struct fixture *f, void *part, const char *text)
{
	assert_int_equal(secret_watch.data(f->watch, part, str_of(text), NULL), 0);
}

static void close_part(struct fixture *f, void *part)
{
	assert_int_equal(secret_watch.end(f->watch, part, true, NULL), 0);
}

static void open_file(struct fixture *f, const char *path, uint32_t node)
{
	const struct tree_entry e = {.path = str_of(path), .size = 100};
	bool wanted = false;

	assert_int_equal(secret_watch.file(f->watch, &e, node, e.path, &wanted, NULL), 0);
	assert_true(wanted);
}

static bool next(struct str *items, struct record_item *item)
{
	return record_next(items, NULL, item);
}

TEST(what_stands_in_a_member_is_told_of_the_member_alone)
{
	struct fixture f;
	struct record_item item;
	struct str items;
	void *outer, *inner;

	begin(&f);
	open_file(&f, "srv/a.tar", 7);
	outer = open_part(&f, "srv/a.tar", 0, CONTENT_PACKED);
	say(&f, outer, "x " TOKEN " y\n");
	inner = open_part(&f, "srv/a.tar!/etc/env", 1, CONTENT_PLAIN);
	say(&f, inner, "x " TOKEN " y\n");
	close_part(&f, inner);
	say(&f, outer, "slack " OTHER " z\n");
	close_part(&f, outer);
	items = strbuf_str(&f.record);
	assert_true(next(&items, &item));
	assert_int_equal(item.kind, RECORD_SECRET);
	assert_int_equal(item.node, 7);
	assert_str(item.secret.inner, "!/etc/env");
	assert_true(next(&items, &item));
	assert_str(item.secret.inner, "");
	assert_int_equal(items.n, 0);
	assert_true(str_find(strbuf_str(&f.record), STR("8f3k29dq")) == f.record.n);
	end(&f);
}

TEST(a_layer_says_how_much_was_looked_at)
{
	struct fixture f;
	struct record_item item;
	struct str items;

	begin(&f);
	for (uint32_t i = 0; i < 3; i++) {
		open_file(&f, "a", i);
		close_part(&f, open_part(&f, "a", 0, CONTENT_PLAIN));
	}
	assert_int_equal(secret_watch.finish(f.watch, NULL, NULL), 0);
	items = strbuf_str(&f.record);
	assert_true(next(&items, &item));
	assert_true(item.kind == RECORD_WATCHED && item.is_whole);
	assert_int_equal(item.n_parts, 3);
	assert_str(item.parser, "secrets");
	end(&f);
}

TEST(what_is_hardly_a_secret_is_not_kept)
{
	struct fixture f;
	void *part;

	begin(&f);
	open_file(&f, "a", 1);
	part = open_part(&f, "a", 0, CONTENT_PLAIN);
	say(&f, part, "dim_1a2b3c4d5e\n");
	close_part(&f, part);
	assert_int_equal(f.record.n, 0);
	end(&f);
}

TEST(rules_and_key_are_in_the_recipe)
{
	struct fixture f;
	uint64_t a, b;

	begin(&f);
	assert_int_equal(secret_watching_recipe(&f.watching, &a, NULL), 0);
	f.key.bytes.p[0] ^= 1;
	assert_int_equal(secret_watching_recipe(&f.watching, &b, NULL), 0);
	assert_true(a != b);
	f.key.bytes.p[0] ^= 1;
	assert_int_equal(secret_set_add_pack(f.set, STR("secrets: u\nrules: []\n"), STR("u"), NULL),
			 0);
	assert_int_equal(secret_watching_recipe(&f.watching, &b, NULL), 0);
	assert_true(a != b);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_stands_in_a_member_is_told_of_the_member_alone),
		RUN(a_layer_says_how_much_was_looked_at),
		RUN(what_is_hardly_a_secret_is_not_kept),
		RUN(rules_and_key_are_in_the_recipe),
	};

	return RUN_ALL(tests);
}
