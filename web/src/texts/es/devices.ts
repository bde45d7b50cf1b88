export const devices = {
};
