/* SPDX-License-Identifier: Apache-2.0 */
/* What comes right after the first picture, once it is here (late.ts). */
import { signal } from '@preact/signals'

export const late = signal<typeof import('./late') | undefined>(undefined)
