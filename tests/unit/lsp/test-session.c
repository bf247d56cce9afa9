/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a session, message by message; what checks find is tests/cli/test_lsp.py. */
#include "tests/unit/test.h"

#include "lsp/session.h"

static int no_rules(void *context, const char *folder, struct str settings, struct rule_set **ret,
		    struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "no rules here");
}

static const struct lsp_host host = {.rules = no_rules};

#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"capabilities\":{}}" \
	"}"

/* What was said since the last call. */
static struct str said(struct session *s, struct strbuf *sb)
{
	strbuf_reset(sb);
	strbuf_add(sb, session_output(s));
	session_wrote(s, sb->n);
	return strbuf_str(sb);
}

static void take(struct session *s, const char *message)
{
	assert_int_equal(session_take(s, str_of(message), 1000, NULL), 0);
}

TEST(a_session_lives_from_initialize_to_exit)
{
	CLEANUP(session_freep) struct session *s = NULL;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(100000);

	assert_int_equal(session_new(&host, &s, NULL), 0);
	take(s, "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"textDocument/hover\"}");
	(void)said(s, &sb);
	assert_has(strbuf_cstr(&sb), "{\"jsonrpc\":\"2.0\",\"id\":9,\"error\":{\"code\":-32002,");
	take(s, INITIALIZE);
	(void)said(s, &sb);
	assert_has(strbuf_cstr(&sb), "\"positionEncoding\":\"utf-16\"");
	assert_int_equal(s->state, SESSION_READY);
	take(s, INITIALIZE);
	(void)said(s, &sb);
	assert_has(strbuf_cstr(&sb), "-32600");
	take(s, "{\"jsonrpc\":\"2.0\",\"id\":\"x\\\"y\",\"method\":\"shutdown\"}");
	assert_str(said(s, &sb), "Content-Length: 43\r\n\r\n"
				 "{\"jsonrpc\":\"2.0\",\"id\":\"x\\\"y\",\"result\":null}");
	take(s, "{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}");
	assert_int_equal(s->state, SESSION_ENDED);
	assert_int_equal(s->status, 0);
	assert_int_equal(said(s, &sb).n, 0);
}

TEST(exit_alone_is_an_error)
{
	CLEANUP(session_freep) struct session *s = NULL;

	assert_int_equal(session_new(&host, &s, NULL), 0);
	take(s, "{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}");
	assert_int_equal(s->state, SESSION_ENDED);
	assert_int_equal(s->status, 1);
}

TEST(requests_wait_for_their_check_within_a_limit)
{
	CLEANUP(session_freep) struct session *s = NULL;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(10000000);
	const char *hover =
		"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"textDocument/hover\",\"params\":"
		"{\"textDocument\":{\"uri\":\"file:///a\"},"
		"\"position\":{\"line\":0,\"character\":0}}}";

	assert_int_equal(session_new(&host, &s, NULL), 0);
	take(s, INITIALIZE);
	take(s,
	     "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/"
	     "didOpen\",\"params\":{\"textDocument\":"
	     "{\"uri\":\"file:///a\",\"languageId\":\"dockerfile\",\"version\":1,\"text\":\"\"}}}");
	(void)said(s, &sb);
	for (size_t i = 0; i < s->waiting.max; i++)
		take(s, hover);
	assert_int_equal(said(s, &sb).n, 0);
	take(s, hover);
	(void)said(s, &sb);
	assert_has(strbuf_cstr(&sb), "-32803");
	assert_has(strbuf_cstr(&sb), "lsp_waiting");
	take(s, "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":7}}");
	(void)said(s, &sb);
	assert_has(strbuf_cstr(&sb), "-32800");
	assert_int_equal(s->waiting.n, s->waiting.max - 1);
	/* Each is answered in the end. */
	take(s, "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didClose\",\"params\":"
		"{\"textDocument\":{\"uri\":\"file:///a\"}}}");
	assert_int_equal(s->waiting.n, 0);
}

TEST(output_that_nobody_takes_has_an_end)
{
	CLEANUP(session_freep) struct session *s = NULL;
	struct err err = {0};
	int r = 0;

	assert_int_equal(session_new(&host, &s, NULL), 0);
	s->out.max = 1000;
	for (int i = 0; r == 0 && i < 100; i++)
		r = session_take(s, STR("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}"), 0,
				 &err);
	assert_int_equal(r, -ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_session_lives_from_initialize_to_exit),
		RUN(exit_alone_is_an_error),
		RUN(requests_wait_for_their_check_within_a_limit),
		RUN(output_that_nobody_takes_has_an_end),
	};

	return RUN_ALL(tests);
}
