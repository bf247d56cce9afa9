/* SPDX-License-Identifier: Apache-2.0 */
/* Adding, holding back, and sending to files, with a clock of the test's own. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert/queue.h"
#include "base/fd.h"

struct fixture {
	char dir[64], file[96];
	struct arena arena;
	struct sink sink;
	struct queue *queue;
	struct alert alert;
	unsigned n_troubles;
};

static void on_trouble(void *context, const char *line)
{
	struct fixture *f = context;

	f->n_troubles += line[0] != '\0';
}

static void begin(struct fixture *f)
{
	char spec[128];

	*f = (struct fixture){.alert = {.id = STR("0123456789abcdef0123456789abcdef"),
					.time = 1795377170,
					.severity = SEVERITY_LOW,
					.kind = STR("test"),
					.title = STR("t"),
					.subject = STR("a")}};
	(void)snprintf(f->dir, sizeof f->dir, "/tmp/plimsoll-queue-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->file, sizeof f->file, "%s/log", f->dir);
	(void)snprintf(spec, sizeof spec, "file:%s", f->file);
	arena_init(&f->arena, 10000);
	assert_int_equal(sink_parse(str_of(spec), STR_NULL, &f->arena, &f->sink, NULL), 0);
	assert_int_equal(queue_open(f->dir, &f->queue, NULL), 0);
	queue_on_trouble(f->queue, on_trouble, f);
}

static void end(struct fixture *f)
{
	static const char *const names[] = {"lock", "sender", "state.json", "log"};

	queue_free(f->queue);
	arena_done(&f->arena);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[128];

		(void)snprintf(path, sizeof path, "%s/%s", f->dir, names[i]);
		(void)remove(path); /* most are not there */
	}
	assert_int_equal(rmdir(f->dir), 0);
}

static int add(struct fixture *f, int64_t now, int64_t window)
{
	const struct queue_entry how = {.now = now, .window = window};

	return queue_add(f->queue, &f->alert, &f->sink, 1, &how, NULL);
}

static struct delivery_result deliver(struct fixture *f, int64_t now)
{
	const struct delivery d = {.now = now, .stderr_fd = STDERR_FILENO, .no_wait = true};
	struct delivery_result result;

	assert_int_equal(queue_deliver(f->queue, &d, &result, NULL), 0);
	return result;
}

static struct queue_status look(struct fixture *f)
{
	struct queue_status status;

	assert_int_equal(queue_look(f->queue, NULL, NULL, &status, NULL), 0);
	return status;
}

static size_t count_lines(const char *path)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(100000);
	struct str rest, line;
	size_t n = 0;

	assert_int_equal(file_read(path, &text, NULL), 0);
	for (rest = strbuf_str(&text); str_pull_line(&rest, &line);)
		n++;
	return n;
}

TEST(an_alert_leaves_the_queue_when_it_has_arrived)
{
	struct fixture f;

	begin(&f);
	assert_int_equal(add(&f, 100, 0), 0);
	assert_int_equal(look(&f).waiting, 1);
	assert_int_equal(deliver(&f, 100).delivered, 1);
	assert_int_equal(look(&f).waiting, 0);
	assert_int_equal(deliver(&f, 100).delivered, 0);
	assert_int_equal(count_lines(f.file), 1);
	assert_int_equal(f.n_troubles, 0);
	end(&f);
}

TEST(the_same_within_the_window_is_held_back)
{
	struct fixture f;

	begin(&f);
	assert_int_equal(add(&f, 1000, 60), 0);
	assert_int_equal(add(&f, 1000, 60), 1);
	assert_int_equal(add(&f, 1059, 60), 1);
	f.alert.why = STR("in other words");
	assert_int_equal(add(&f, 1059, 60), 1);
	assert_int_equal(look(&f).held, 3);
	f.alert.subject = STR("b");
	assert_int_equal(add(&f, 1059, 60), 0);
	f.alert.subject = STR("a");
	assert_int_equal(add(&f, 1060, 60), 0);
	assert_int_equal(look(&f).held, 0);
	assert_int_equal(add(&f, 900, 60), 0); /* a clock that was set back holds nothing back */
	assert_int_equal(deliver(&f, 2000).delivered, 4);
	end(&f);
}

TEST(what_fails_waits_for_its_time)
{
	struct fixture f;
	struct delivery_result r;

	begin(&f);
	assert_int_equal(mkdir(f.file, 0700), 0); /* where the file should be */
	assert_int_equal(add(&f, 100, 0), 0);
	r = deliver(&f, 100);
	assert_int_equal(r.failed, 1);
	assert_int_equal(r.waiting, 1);
	assert_int_equal(f.n_troubles, 1);
	assert_int_equal(rmdir(f.file), 0);
	assert_int_equal(deliver(&f, 109).delivered, 0);
	assert_int_equal(deliver(&f, 110).delivered, 1);
	end(&f);
}

TEST(who_sends_keeps_others_from_sending_but_not_from_adding)
{
	struct fixture f;
	char path[96];
	int fd;

	begin(&f);
	(void)snprintf(path, sizeof path, "%s/sender", f.dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(add(&f, 100, 0), 0);
	assert_true(deliver(&f, 100).is_busy);
	assert_int_equal(close(fd), 0);
	assert_int_equal(deliver(&f, 100).delivered, 1);
	end(&f);
}

TEST(what_is_lost_is_told_with_the_next)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(100000);
	struct fixture f;

	begin(&f);
	assert_int_equal(queue_lose(f.queue, NULL), 0);
	assert_int_equal(queue_lose(f.queue, NULL), 0);
	assert_int_equal(look(&f).dropped, 2);
	assert_int_equal(add(&f, 100, 0), 0);
	assert_int_equal(look(&f).dropped, 0);
	assert_int_equal(deliver(&f, 100).delivered, 1);
	assert_int_equal(file_read(f.file, &text, NULL), 0);
	assert_true(str_find(strbuf_str(&text), STR("\"dropped\":2")) < text.n);
	end(&f);
}

TEST(a_half_written_file_of_a_killed_process_is_removed)
{
	struct fixture f;
	char path[96];
	int fd;

	begin(&f);
	(void)snprintf(path, sizeof path, "%s/.tmp.0123", f.dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	(void)look(&f);
	assert_int_equal(access(path, F_OK), -1);
	end(&f);
}

TEST(a_folder_that_others_may_write_is_refused)
{
	struct queue *q = NULL;
	struct fixture f;
	struct err err = {0};

	begin(&f);
	assert_int_equal(chmod(f.dir, 0770), 0);
	assert_int_equal(queue_open(f.dir, &q, &err), -ERR_DENIED);
	assert_has(err.msg, "others may write to this queue of alerts");
	assert_int_equal(chmod(f.dir, 0700), 0);
	end(&f);
}

TEST(as_many_alerts_as_it_remembers_are_told_apart)
{
	struct fixture f;

	begin(&f);
	for (unsigned i = 0; i < 40; i++) {
		char subject[16];

		(void)snprintf(subject, sizeof subject, "s%u", i);
		f.alert.subject = str_of(subject);
		assert_int_equal(add(&f, 1000 + i, 3600), 0);
		assert_int_equal(add(&f, 1000 + i, 3600), 1);
	}
	assert_int_equal(look(&f).held, 40);
	assert_int_equal(deliver(&f, 5000).delivered, 40);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(an_alert_leaves_the_queue_when_it_has_arrived),
		RUN(the_same_within_the_window_is_held_back),
		RUN(what_fails_waits_for_its_time),
		RUN(who_sends_keeps_others_from_sending_but_not_from_adding),
		RUN(what_is_lost_is_told_with_the_next),
		RUN(a_half_written_file_of_a_killed_process_is_removed),
		RUN(a_folder_that_others_may_write_is_refused),
		RUN(as_many_alerts_as_it_remembers_are_told_apart),
	};

	return RUN_ALL(tests);
}
