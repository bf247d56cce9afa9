/* SPDX-License-Identifier: Apache-2.0 */
/* How sinks are written, what is shown of them, and that their list is in order. */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "alert/sink.h"
#include "base/fd.h"

TEST(the_list_is_sorted_and_complete)
{
	for (size_t i = 0; sink_types[i]; i++) {
		assert_true(sink_types[i]->id && sink_types[i]->title && sink_types[i]->form &&
			    sink_types[i]->send);
		assert_true(i == 0 || strcmp(sink_types[i - 1]->id, sink_types[i]->id) < 0);
		assert_true(str_has_prefix(str_of(sink_types[i]->form), str_of(sink_types[i]->id)));
	}
}

static const struct {
	const char *spec, *kept, *shown;
} rows[] = {
	{"stderr", "stderr", "stderr"},
	{"file:/var/log/a b", "file:/var/log/a b", "file:/var/log/a b"},
	{"syslog", "syslog", "syslog"},
	{"syslog:/run/log", "syslog:/run/log", "syslog:/run/log"},
	{"syslog:[::1]:514", "syslog:[::1]:514", "syslog:[::1]:514"},
	{"syslog:udp:logs.example.com:514", "syslog:udp:logs.example.com:514",
	 "syslog:udp:logs.example.com:514"},
	{"mailto:a.b+c@example.com", "mailto:a.b+c@example.com", "mailto:a.b+c@example.com"},
	{"mailto:root", "mailto:root", "mailto:root"},
	{"webhook:https://h.example.com/t/secret?k=v", "webhook:https://h.example.com/t/secret?k=v",
	 "webhook:https://h.example.com"},
	{"webhook:https://h.example.com", "webhook:https://h.example.com",
	 "webhook:https://h.example.com"},
	{"webhook:http://[::1]:8080/x", "webhook:http://[::1]:8080/x", "webhook:http://[::1]:8080"},
};

TEST(a_sink_is_kept_as_it_is_and_shown_without_what_may_be_a_secret)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(arena_done) struct arena arena;
		struct err err = {0};
		struct sink s;

		arena_init(&arena, 10000);
		if (sink_parse(str_of(rows[i].spec), STR("/k"), &arena, &s, &err) < 0)
			fail_msg("%s: %s", rows[i].spec, err.msg);
		assert_str(s.spec, rows[i].kept);
		assert_str(s.shown, rows[i].shown);
		assert_str(s.secret_file, s.type->has_secret ? "/k" : "");
		assert_int_equal(sink_parse(s.spec, s.secret_file, &arena, &s, &err), 0);
		assert_str(s.spec, rows[i].kept);
	}
}

TEST(a_relative_file_is_the_same_from_wherever_one_looks)
{
	CLEANUP(arena_done) struct arena arena;
	struct sink s;

	arena_init(&arena, 10000);
	assert_int_equal(sink_parse(STR("file:log"), STR_NULL, &arena, &s, NULL), 0);
	assert_true(s.address.p[0] == '/' && str_has_suffix(s.address, STR("/log")));
}

TEST(what_is_no_address_is_refused)
{
	static const char *const broken[] = {
		"",
		":",
		"STDERR",
		"stderr:x",
		"file",
		"mailto:",
		"mailto:a@",
		"mailto:a@b@c",
		"mailto:a@-b",
		"mailto:\"a b\"@c",
		"mailto:a@b\r\nBcc:c",
		"syslog:",
		"syslog:a",
		"syslog:a:b",
		"syslog::514",
		"syslog:[]:514",
		"webhook:",
		"webhook:ftp://a/",
		"webhook:http://example.com/",
		"webhook:http://localhost.example.com:80/",
		"webhook:http://localhost:80@example.com/",
		"webhook:https://a\\@b/",
		"webhook:https://",
		"webhook:https:///x",
		"webhook:https://a/#x",
		"webhook:https://a/\x7f",
		"webhook:https://a/\xc3\xa9",
	};

	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		CLEANUP(arena_done) struct arena arena;
		struct err err = {0};
		struct sink s;
		int r;

		arena_init(&arena, 10000);
		r = sink_parse(str_of(broken[i]), STR_NULL, &arena, &s, &err);
		if (r == 0 && !str_is(str_of(broken[i]), "syslog:"))
			fail_msg("\"%s\" is taken", broken[i]);
		if (r < 0)
			assert_int_equal(r, -ERR_USAGE);
	}
}

/* Somebody listens, and nobody ever answers: a second is all that it gets. */
TEST(a_server_that_never_answers_costs_no_more_than_its_time)
{
	CLEANUP(fd_closep) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in here = {.sin_family = AF_INET};
	socklen_t n = sizeof here;
	struct sink_context context = {.now = 1, .seconds = 1};
	const struct alert alert = {.id = STR("x"), .kind = STR("test"), .title = STR("t")};
	CLEANUP(arena_done) struct arena arena;
	struct err err = {0};
	char spec[64];
	struct sink s;

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &n), 0);
	(void)snprintf(spec, sizeof spec, "webhook:http://127.0.0.1:%d/", ntohs(here.sin_port));
	arena_init(&arena, 10000);
	assert_int_equal(sink_parse(str_of(spec), STR_NULL, &arena, &s, &err), 0);
	assert_int_equal(s.type->send(&s, &alert, &context, &err), -ERR_IO);
	sink_context_done(&context);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_list_is_sorted_and_complete),
		RUN(a_sink_is_kept_as_it_is_and_shown_without_what_may_be_a_secret),
		RUN(a_relative_file_is_the_same_from_wherever_one_looks),
		RUN(what_is_no_address_is_refused),
		RUN(a_server_that_never_answers_costs_no_more_than_its_time),
	};

	return RUN_ALL(tests);
}
