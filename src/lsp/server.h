/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serves one editor over two descriptors until it says exit, hangs up or goes away.
 *
 *     status = lsp_serve(&host, STDIN_FILENO, STDOUT_FILENO, &err);
 *
 * Waits for messages, for checks and for the time to start them, never for one of them alone; what
 * the editor does not take stays in memory (lsp_output_bytes).
 *
 * Returns what the process exits with: 0 after shutdown and exit, 1 after exit alone or the end of
 * its input; or a negative code: ERR_FORMAT when the stream of messages cannot be understood any
 * more, ERR_IO, ERR_LIMIT, ERR_NOMEM. Threads: none may run beside.
 */
#pragma once

#include "lsp/host.h"

int lsp_serve(const struct lsp_host *host, int in, int out, struct err *err);
