/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One editor that talks with us: its messages in, our messages out. What waits (descriptors,
 * processes, time) is server.h; nothing here does.
 *
 *     r = session_new(&host, &s, err);
 *     r = session_take(s, body, now_ms, err);            a message
 *     r = session_pass_over(s, &why, err);               or what was wrong with one
 *     write what session_output gives, then session_wrote
 *     while (s->state != SESSION_ENDED) ...
 *
 * The life of a session is that of the specification: nothing but initialize before initialize,
 * nothing but exit after shutdown. What an editor says wrongly is answered with an error, or, where
 * there is no answer, told in its log (window/logMessage).
 *
 * Documents are checked by checks.h, some time after a change; requests about one whose check has
 * not ended wait for it.
 *
 * Errors: only those after which there is no way on (ERR_NOMEM, ERR_LIMIT: lsp_output_bytes).
 * Format: Language Server Protocol 3.17,
 * https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
 */
#pragma once

#include "base/vec.h"
#include "lsp/document.h"
#include "lsp/host.h"
#include "lsp/rpc.h"
#include "lsp/workspace.h"

#define SESSION_DELAY_MS 150 /* from the last change to its check */

enum session_state { SESSION_NEW, SESSION_READY, SESSION_SHUT, SESSION_ENDED };

/* What the editor can do. */
struct abilities {
	bool pulls;		/* asks for diagnostics itself */
	bool refreshes;		/* and asks again when told to */
	bool takes_related;	/* relatedInformation */
	bool takes_unnecessary; /* tags */
	bool takes_deprecated;
	bool takes_actions;	  /* literals of actions, not only commands */
	bool takes_versions;	  /* edits that name the version of the document */
	bool takes_markdown;	  /* in hovers */
	bool watches_files;	  /* when asked to */
	bool tells_configuration; /* when asked */
};

enum wanted_action { ACTION_QUICK_FIX = 1 << 0, ACTION_FIX_ALL = 1 << 1 };

/* A request that waits for the check of its document. */
struct waiting {
	enum { WAITING_ACTIONS, WAITING_HOVER, WAITING_DIAGNOSTICS } kind;
	char id[RPC_ID_MAX];
	const struct document *document;
	struct range range; /* of actions; of a hover its start */
	unsigned wanted;    /* enum wanted_action */
	uint64_t previous;  /* diagnostics: the serial the editor has; 0: none */
};

struct session {
	const struct lsp_host *host;
	enum session_state state;
	int status;	    /* of the process, when it has ended */
	int64_t process_id; /* of the editor; 0: unknown */
	struct abilities can;
	enum position_encoding encoding;
	struct documents documents;
	struct workspace workspace;
	struct vec waiting; /* struct waiting, in their order */
	struct strbuf out;
	size_t n_written; /* of it */
	uint64_t serial;  /* of what was found last */
	uint64_t n_asked; /* requests of ours */
	uint64_t now_ms;
	char *told; /* note that was logged last */
};

int session_new(const struct lsp_host *host, struct session **ret, struct err *err);
void session_free(struct session *s);
void session_freep(struct session **s);

int session_take(struct session *s, struct str body, uint64_t now_ms, struct err *err);
int session_pass_over(struct session *s, const struct err *why, struct err *err);

/* What the editor has not taken yet. */
struct str session_output(const struct session *s);
void session_wrote(struct session *s, size_t n);

/* ---- for the parts of a session ---- */

enum session_level { SESSION_ERROR = 1, SESSION_WARNING = 2, SESSION_INFO = 3 };

int session_log(struct session *s, enum session_level level, const char *message, struct err *err);
int session_show(struct session *s, enum session_level level, const char *message, struct err *err);

/* Answers those that need not wait any longer. */
int session_answer_waiting(struct session *s, struct err *err);
bool session_is_awaited(const struct session *s, const struct document *d);
