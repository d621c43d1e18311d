/* SPDX-License-Identifier: Apache-2.0 */
/* Which button is for whom. The server decides; a button that it would refuse is only not
 * shown. Pure. */
import type { Role, Session } from '../api/types'

type Who = Pick<Session, 'account' | 'role' | 'is_control'>

export type HoldState = 'active' | 'lifted'
export type ErasureState = 'asked' | 'approved' | 'refused' | 'done'

const HEADS: readonly Role[] = ['supervisor', 'duty_officer']
const DECIDERS: readonly Role[] = ['administrator', 'liaison', ...HEADS]

const isHead = (who: Who) => who.is_control && HEADS.includes(who.role)

export const mayHold = (who: Who) =>
	isHead(who) || (who.is_control && who.role === 'administrator')

/* Who answers for what is kept, and who watches that it goes. */
export const isToldTerms = (who: Who | undefined) =>
	who !== undefined && (mayHold(who) || (who.is_control && who.role === 'oversight'))

/* Who set it may not lift it. */
export const mayLift = (who: Who, hold: { state: HoldState; set_by?: string }) =>
	mayHold(who) && hold.state === 'active' && hold.set_by !== who.account

export const mayEraseIncident = isHead
export const mayErasePerson = (who: Who) => who.role === 'administrator'

/* Who asked may not decide. */
export const mayDecide = (who: Who, one: { state: ErasureState; asked_by?: string }) =>
	DECIDERS.includes(who.role) && one.state === 'asked' && one.asked_by !== who.account
