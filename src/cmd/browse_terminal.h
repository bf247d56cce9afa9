/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lets a browser have the terminal until the user leaves.
 *
 *     if (browse_terminal_fits()) r = browse_terminal(browser, err);
 *
 * The terminal is as it was whatever ends the program: a key, a signal, a crash. It is given back
 * while the program is stopped (ctrl-z). Another size is taken up at once.
 * One at a time: the handlers of signals are the process's. Errors: ERR_IO.
 */
#pragma once

#include "browse/browser.h"

/* Whether both ends are a terminal that can do more than print. */
bool browse_terminal_fits(void);
int browse_terminal(struct browser *b, struct err *err);
