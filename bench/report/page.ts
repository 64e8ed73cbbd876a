export const renderPage = (_: unknown): string => "";
