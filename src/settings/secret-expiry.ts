/** From so many days before a client secret expires on, pages, mails and the check warn of it. */
export const SECRET_WARNING_DAYS = 30;
